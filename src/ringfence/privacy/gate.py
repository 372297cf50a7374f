"""The one decision: may this role handle this category of data for this purpose now?

The rules below are a literal table. `compile_rules` expands them once into dictionaries from every
(role, purpose, category) and its circumstances to a decision, so deciding is two look-ups and a
decision can be replayed from its arguments alone. What no rule allows is denied.

Circumstances are what can change between two identical questions: whether the person consented,
whether their record is restricted (GDPR 18: stored, and otherwise left alone), how strict the
recording law of the strictest party is, and whether the record is held (nothing erases it).

The gate is asked twice: by the office before a use case runs (`ringfence.office.table`), and by
the lock of every sealed value before it opens for a person (`ringfence.storage.openings`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Literal, NamedTuple, get_args

from ringfence.kernel.errors import LocalError, Refused
from ringfence.privacy.purposes import PURPOSES
from ringfence.privacy.roles import Role
from ringfence.privacy.taxonomy import CATEGORIES, is_within

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
    held: bool = False


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
    whether it applies to a restricted record too, ``while_held`` to a held one.
    """

    purpose: str
    category: str
    roles: tuple[Role, ...]
    clause: str
    obligations: tuple[Obligation, ...] = ()
    consents: tuple[Consent, ...] = ("given", "refused", "unknown")
    laws: tuple[RecordingLaw, ...] = ("one_party", "announce", "all_party")
    while_restricted: bool = False
    while_held: bool = True


_OFFICE: tuple[Role, ...] = ("owner", "admin")
_OPENED: tuple[Obligation, ...] = ("log_opening",)

_DESK: tuple[Role, ...] = ("owner", "admin", "manager", "agent")
_CASES: tuple[Role, ...] = ("owner", "privacy_officer")

RULES: tuple[Rule, ...] = (
    # Connecting is what the caller asked for; a restriction does not cut their call.
    Rule("connect_call", "user.contact", ("system",), "connect", while_restricted=True),
    Rule("connect_call", "user.telephony", ("system", *_DESK), "connect", while_restricted=True),
    Rule("connect_call", "system.configuration", ("system",), "connect", while_restricted=True),
    Rule("call_record", "user.telephony",
         ("system", *_OFFICE, "manager", "agent", "auditor"), "call-log"),
    Rule("call_record", "user.contact", _DESK, "call-log", _OPENED),
    Rule("call_record", "user.contact", ("system",), "call-log"),
    Rule("billing", "user.telephony", ("system", *_OFFICE), "billing"),
    Rule("billing", "user.contact", ("system",), "billing"),
    Rule("billing", "system.operations.billing", ("system", *_OFFICE), "billing"),
    # People of the host see how calls went, never with whom or what was said, under a ticket.
    Rule("resolve_complaint", "user.telephony", ("staff", *_OFFICE, "manager"), "ticket", _OPENED),
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
    Rule("deliver_content", "user.content.private", _DESK, "content", _OPENED),
    # A message is carried for whoever writes it; what it says is opened for whoever reads it.
    Rule("carry_message", "user.telephony", ("system", *_DESK, "developer"), "carry"),
    Rule("carry_message", "system.configuration", ("system", *_DESK, "developer"), "carry"),
    Rule("carry_message", "user.contact", ("system",), "carry"),
    Rule("carry_message", "user.contact", _DESK, "carry", _OPENED),
    Rule("carry_message", "user.content.private", ("system",), "carry"),
    Rule("carry_message", "user.content.private", _DESK, "carry", _OPENED),
    # What somebody pays with is handed to a processor by the exchange alone; people see what came.
    Rule("take_payment", "user.financial.card", ("system",), "pay"),
    Rule("take_payment", "user.payment", ("system", *_DESK, "developer"), "pay"),
    Rule("take_payment", "user.financial.method", ("system",), "pay"),
    Rule("take_payment", "user.financial.method", _DESK, "pay", _OPENED),
    Rule("take_payment", "user.telephony", ("system", *_DESK, "developer"), "pay"),
    Rule("take_payment", "system.configuration", ("system", *_DESK, "developer"), "pay"),
    # A number of some countries is given to an address; whoever sets numbers up handles it.
    Rule("give_number", "user.contact.address", ("system",), "number"),
    Rule("give_number", "user.contact.address", (*_OFFICE, "developer"), "number", _OPENED),
    Rule("authenticate", "user.authorization", ("system", "visitor", "owner"), "login",
         while_restricted=True),
    Rule("authenticate", "user.account", ("system", "visitor", "owner"), "login",
         while_restricted=True),
    Rule("prevent_abuse", "user.device", ("system",), "abuse", while_restricted=True),
    # Whoever was taken for a scanner by mistake is seen and let in by who runs the exchange.
    Rule("prevent_abuse", "user.device", _OFFICE, "abuse", while_restricted=True),
    Rule("prevent_abuse", "user.telephony", ("system", *_OFFICE), "abuse", while_restricted=True),
    # Whoever asks about their own data gets all of it, restricted or not (GDPR 15, 18(2)).
    Rule("answer_rights", "user", ("caller", *_CASES), "rights", _OPENED, while_restricted=True),
    Rule("answer_rights", "user", ("system",), "rights", while_restricted=True),
    # Whoever hears "do not call me again" can write it down.
    Rule("honour_choices", "user.privacy_preferences", ("system", *_DESK, "privacy_officer"),
         "choices", while_restricted=True),
    Rule("erase", "user", ("system",), "erase", while_restricted=True, while_held=False),
    Rule("erase", "user", _CASES, "erase", _OPENED, while_restricted=True, while_held=False),
    Rule("operate", "system", ("system", *_OFFICE, "developer"), "operate",
         while_restricted=True),
    # Whoever only watches, staff of the host too, changes nothing: a number that is sent elsewhere
    # would tell them with whom and what.
    Rule("operate", "system.operations",
         ("auditor", "manager", "agent", "privacy_officer", "staff"), "operate",
         while_restricted=True),
    # What is promised, by whom it is answered and who receives data: not for whoever sets it up.
    Rule("notify", "system", ("system", *_CASES, "admin"), "notify"),
    Rule("notify", "user", ("system",), "notify"),
    Rule("notify", "user", _CASES, "notify", _OPENED),
    Rule("operate", "user.account", ("system",), "operate", while_restricted=True),
    Rule("operate", "user.account", (*_OFFICE, "developer"), "operate", _OPENED),
    Rule("seal", "system.operations.key", ("system",), "seal", while_restricted=True),
)  # fmt: skip


def rules_of_the_rest() -> tuple[Rule, ...]:
    """Return rules for purposes the table above does not name: the exchange, owner and officer.

    A purpose that is added to the policy is closed to everybody else until a line says otherwise.
    """
    spoken = {rule.purpose for rule in RULES}
    return tuple(
        rule
        for key in PURPOSES
        if key not in spoken
        for rule in (
            Rule(key, "user", ("system",), key),
            Rule(key, "user", _CASES, key, _OPENED),
            Rule(key, "system", ("system", *_CASES), key),
        )
    )


_DENIED = Decision(False, "default-deny", code="not_allowed")
_RESTRICTED = Decision(False, "restriction", code="restricted")
_HELD = Decision(False, "hold", code="held")
_NO_CONSENT = Decision(False, "consent", code="consent_refused")

Subject = tuple[Role, str, str]
Answers = dict[Circumstances, Decision]

EVERYTHING: tuple[Circumstances, ...] = tuple(
    Circumstances(consent, restricted, law, held)
    for consent, restricted, law, held in product(
        get_args(Consent), (False, True), get_args(RecordingLaw), (False, True)
    )
)
"""Every circumstance there can be."""


def compile_rules(rules: Iterable[Rule]) -> dict[Subject, Answers]:
    """Expand ``rules`` into the answers to every (role, purpose, category) that has one.

    Raises `LocalError` for a rule that names an unknown purpose or category, or that gives a
    second answer to a question.
    """
    about: dict[Subject, list[Rule]] = {}
    for rule in rules:
        if rule.purpose not in PURPOSES or rule.category not in CATEGORIES:
            raise LocalError(f"a rule speaks of {rule.purpose} and {rule.category}, unknown here")
        categories = [c for c in CATEGORIES if is_within(c, rule.category)]
        for role, category in product(rule.roles, categories):
            about.setdefault((role, rule.purpose, category), []).append(rule)
    # Most subjects have the same few rules: they share one dictionary of answers.
    made: dict[tuple[Rule, ...], Answers] = {}
    table: dict[Subject, Answers] = {}
    for subject, found in about.items():
        key = tuple(found)
        if key not in made:
            made[key] = {case: _one_answer(key, case, subject) for case in EVERYTHING}
        table[subject] = made[key]
    return table


def _one_answer(rules: tuple[Rule, ...], case: Circumstances, subject: Subject) -> Decision:
    answers = [_answer(rule, case) for rule in rules]
    allowed = {answer for answer in answers if answer.allowed}
    if len(allowed) > 1:
        raise LocalError(f"two rules answer {' '.join(subject)} differently")
    return allowed.pop() if allowed else answers[-1]


def _answer(rule: Rule, case: Circumstances) -> Decision:
    if case.restricted and not rule.while_restricted:
        return _RESTRICTED
    if case.held and not rule.while_held:
        return _HELD
    if case.consent not in rule.consents:
        return _NO_CONSENT
    if case.law not in rule.laws:
        return _DENIED
    return Decision(True, rule.clause, rule.obligations)


TABLE = compile_rules((*RULES, *rules_of_the_rest()))
_NOTHING: Answers = {}


def decide(
    role: Role, *, purpose: str, category: str, circumstances: Circumstances = USUAL
) -> Decision:
    """Return the decision; never raises, and denies what it has never heard of."""
    return TABLE.get((role, purpose, category), _NOTHING).get(circumstances, _DENIED)


def strictest(*laws: RecordingLaw) -> RecordingLaw:
    """Return the strictest of the parties' recording laws; ``announce`` where none is known."""
    return max(laws, key=_STRICTNESS.__getitem__, default="announce")
