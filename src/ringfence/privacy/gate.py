"""The one decision: may this role handle this category of data for this purpose now?

The rules below are a literal table. `compile_rules` expands them once into a dictionary from every
(role, purpose, category, circumstances) to a decision, so deciding is one dictionary lookup and a
decision can be replayed from its arguments alone. What no rule allows is denied.

Circumstances are what can change between two identical questions: whether the person consented,
whether their record is restricted (GDPR 18: stored, and otherwise left alone), and how strict the
recording law of the strictest party is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Literal, NamedTuple, get_args

from ringfence.kernel.errors import LocalError, Refused
from ringfence.privacy.purposes import PURPOSES
from ringfence.privacy.taxonomy import CATEGORIES, is_within

Role = Literal[
    "system",  # the exchange itself, carrying out what a call or a job asks for
    "caller",  # the person concerned, identified
    "owner",
    "admin",
    "manager",
    "agent",
    "privacy_officer",
    "auditor",
    "developer",
    "staff",  # people of whoever hosts the exchange; never without a ticket
]
Consent = Literal["given", "refused", "unknown"]
RecordingLaw = Literal["one_party", "announce", "all_party"]
"""How strict the law on recording is: one side may agree for both; both must know; both agree."""

Obligation = Literal["announce", "ask", "log_opening"]
"""What must happen for an allowance to hold: say that it is recorded, ask for a digit, a leaf."""

_STRICTNESS: dict[RecordingLaw, int] = {"one_party": 0, "announce": 1, "all_party": 2}


class Circumstances(NamedTuple):
    """What may differ between two questions with the same actor, purpose and data."""

    consent: Consent = "unknown"
    restricted: bool = False
    law: RecordingLaw = "announce"


USUAL = Circumstances()


@dataclass(frozen=True, slots=True)
class Decision:
    """``allowed`` with ``obligations``, or denied with ``code``; ``clause``: the rule behind it."""

    allowed: bool
    clause: str
    obligations: tuple[Obligation, ...] = ()
    code: str = ""

    def enforce(self) -> tuple[Obligation, ...]:
        """Return the obligations, or raise `Refused` with the clause."""
        if not self.allowed:
            raise Refused(self.code, "the privacy policy does not allow this", clause=self.clause)
        return self.obligations


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the policy: these roles may handle this category for this purpose.

    ``consents``, ``laws``: under which circumstances the line applies; ``while_restricted``:
    whether it applies to a restricted record too.
    """

    purpose: str
    category: str
    roles: tuple[Role, ...]
    clause: str
    obligations: tuple[Obligation, ...] = ()
    consents: tuple[Consent, ...] = ("given", "refused", "unknown")
    laws: tuple[RecordingLaw, ...] = ("one_party", "announce", "all_party")
    while_restricted: bool = False


_OFFICE: tuple[Role, ...] = ("owner", "admin")
_OPENED: tuple[Obligation, ...] = ("log_opening",)

RULES: tuple[Rule, ...] = (
    # Connecting is what the caller asked for; a restriction does not cut their call.
    Rule("connect_call", "user.contact", ("system",), "connect", while_restricted=True),
    Rule("connect_call", "user.telephony", ("system",), "connect", while_restricted=True),
    Rule("connect_call", "system.configuration", ("system",), "connect", while_restricted=True),
    Rule("call_record", "user.telephony", ("system", *_OFFICE, "manager", "auditor"), "call-log"),
    Rule("call_record", "user.contact", (*_OFFICE, "manager", "agent"), "call-log", _OPENED),
    Rule("billing", "user.telephony", ("system", *_OFFICE), "billing"),
    # Recording: the strictest party's law decides what has to be said before the first frame.
    Rule("record_call", "user.content.private", ("system",), "record",
         consents=("given", "unknown"), laws=("one_party",)),
    Rule("record_call", "user.content.private", ("system",), "record",
         consents=("given",), laws=("announce", "all_party")),
    Rule("record_call", "user.content.private", ("system",), "record-announced", ("announce",),
         consents=("unknown",), laws=("announce",)),
    Rule("record_call", "user.content.private", ("system",), "record-asked", ("announce", "ask"),
         consents=("unknown",), laws=("all_party",)),
    Rule("deliver_content", "user.content.private", ("system",), "content"),
    Rule("deliver_content", "user.content.private", (*_OFFICE, "manager", "agent"), "content",
         _OPENED),
    Rule("authenticate", "user.authorization", ("system",), "login", while_restricted=True),
    Rule("authenticate", "user.account", ("system",), "login", while_restricted=True),
    Rule("prevent_abuse", "user.device", ("system",), "abuse", while_restricted=True),
    Rule("prevent_abuse", "user.telephony", ("system",), "abuse", while_restricted=True),
    # Whoever asks about their own data gets all of it, restricted or not (GDPR 15, 18(2)).
    Rule("answer_rights", "user", ("caller", "privacy_officer"), "rights", _OPENED,
         while_restricted=True),
    Rule("operate", "system", ("system", *_OFFICE, "developer", "staff"), "operate",
         while_restricted=True),
    Rule("seal", "system.operations.key", ("system",), "seal", while_restricted=True),
)  # fmt: skip

_DENIED = Decision(False, "default-deny", code="not_allowed")
_RESTRICTED = Decision(False, "restriction", code="restricted")
_NO_CONSENT = Decision(False, "consent", code="consent_refused")

Question = tuple[Role, str, str, Circumstances]


def compile_rules(rules: Iterable[Rule]) -> dict[Question, Decision]:
    """Expand ``rules`` into the table of every question that has an answer.

    Raises `LocalError` for a rule that names an unknown purpose or category, or that gives a
    second answer to a question.
    """
    table: dict[Question, Decision] = {}
    everything = [
        Circumstances(consent, restricted, law)
        for consent, restricted, law in product(
            get_args(Consent), (False, True), get_args(RecordingLaw)
        )
    ]
    for rule in rules:
        if rule.purpose not in PURPOSES or rule.category not in CATEGORIES:
            raise LocalError(f"a rule speaks of {rule.purpose} and {rule.category}, unknown here")
        categories = [c for c in CATEGORIES if is_within(c, rule.category)]
        for role, category, case in product(rule.roles, categories, everything):
            question = (role, rule.purpose, category, case)
            decision = _answer(rule, case)
            previous = table.get(question)
            if previous is None or not previous.allowed:
                table[question] = decision
            elif decision.allowed and decision != previous:
                raise LocalError(f"two rules answer {role} {rule.purpose} {category} differently")
    return table


def _answer(rule: Rule, case: Circumstances) -> Decision:
    if case.restricted and not rule.while_restricted:
        return _RESTRICTED
    if case.consent not in rule.consents:
        return _NO_CONSENT
    if case.law not in rule.laws:
        return _DENIED
    return Decision(True, rule.clause, rule.obligations)


TABLE = compile_rules(RULES)


def decide(
    role: Role, *, purpose: str, category: str, circumstances: Circumstances = USUAL
) -> Decision:
    """Return the decision; never raises, and denies what it has never heard of."""
    return TABLE.get((role, purpose, category, circumstances), _DENIED)


def strictest(*laws: RecordingLaw) -> RecordingLaw:
    """Return the strictest of the parties' recording laws; ``announce`` where none is known."""
    return max(laws, key=_STRICTNESS.__getitem__, default="announce")
