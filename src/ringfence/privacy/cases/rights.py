"""A request of a person about their own data, from receipt to its end.

::

    received ──ask_identity──► identifying ──identify──► open ──answer──► answered ──► closed
        └────────identify──────────────────────────────►  │ ──refuse──► refused  ──►   │
                                   └──give_up──► closed   │ ──withdraw─► withdrawn ──► │
                                                          └─extend─► extended (the same ends)

The clock runs from receipt, not from the proof of identity: the strictest reading. It is extended
once, with reasons, before it has run out, and only where a law knows an extension.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from ringfence.kernel.clock import DAY, HOUR, Ms
from ringfence.kernel.errors import Refused
from ringfence.privacy.cases.law import RightsRule
from ringfence.privacy.cases.machine import Machine, Step, by_itself

_BEFORE_OPEN = ("received", "identifying")
_WORKED_ON = ("open", "extended")
_DECIDED = ("answered", "refused", "withdrawn")
_RUNNING = (*_BEFORE_OPEN, *_WORKED_ON)

MACHINE = Machine(
    "request",
    first="received",
    final=("closed",),
    steps=(
        by_itself("acknowledge", _RUNNING),
        by_itself("ask_identity", _BEFORE_OPEN, "identifying"),
        Step("identify", _BEFORE_OPEN, "open"),
        Step("give_up", _BEFORE_OPEN, "closed", said="close"),
        Step("charge", _WORKED_ON, ""),
        Step("extend", ("open",), "extended"),
        by_itself("work", _WORKED_ON),
        Step("answer", _WORKED_ON, "answered"),
        Step("refuse", _WORKED_ON, "refused"),
        Step("withdraw", _RUNNING, "withdrawn"),
        by_itself("remind", _RUNNING),
        by_itself("escalate", _RUNNING),
        Step("close", _DECIDED, "closed"),
    ),
)


@dataclass(frozen=True, slots=True)
class Right:
    """One thing a person may ask for; by which law is in `cases.provisions`.

    ``at_once``: it needs no looking into and is carried out when the person is identified.
    """

    key: str
    says: str
    at_once: bool = False


RIGHTS: MappingProxyType[str, Right] = MappingProxyType({
    right.key: right
    for right in (
        Right("access", "Send me a copy of what you hold about me."),
        Right("correction", "Something about me is wrong; correct it."),
        Right("erasure", "Erase what you hold about me."),
        Right("restriction", "Keep my data, but do not use it.", at_once=True),
        Right("objection", "Stop using my data for this purpose.", at_once=True),
        Right("portability", "Send my data to another provider."),
        Right("opt_out", "No more marketing; service messages may go on.", at_once=True),
        Right("withdrawal", "I take back a consent.", at_once=True),
    )
})  # fmt: skip
"""The matrix of rights: whoever asks from wherever has each of them, by law or by our policy."""

REFUSALS: MappingProxyType[str, str] = MappingProxyType({
    "not_identified": "It could not be shown that the request comes from the person it is about.",
    "manifestly_unfounded": "The request is manifestly unfounded.",
    "excessive": "The same was asked for so often that answering again would be excessive.",
    "over_the_limit": "The requests the law grants for these twelve months have been answered.",
    "law_keeps_it": "A law obliges us to keep this data.",
    "legal_claims": "The data is needed to bring or to answer a legal claim.",
    "others_rights": "It would disclose data of somebody else.",
    "not_found": "Nothing is held about this person.",
})  # fmt: skip
"""Why a request may be refused; nothing else is a reason."""

EXTENSIONS: MappingProxyType[str, str] = MappingProxyType({
    "complex": "The request is complex.",
    "many_requests": "Many requests of the same person have to be answered together.",
})  # fmt: skip
"""GDPR 12(3): the two reasons for more time."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The instants of one running clock."""

    remind_at: Ms
    escalate_at: Ms
    due_at: Ms


def clock(begun: Ms, due: Ms) -> Clock:
    """Return when to remind and when to escalate: both before ``due``, whatever its length.

    Of a month: seven and two days before. Of a short clock: half and an eighth of it before.
    """
    whole = due - begun
    remind = min(7 * DAY, whole // 2)
    escalate = min(2 * DAY, whole // 8)
    return Clock(Ms(due - remind), Ms(due - escalate), due)


def due(rule: RightsRule, kind: str, received: Ms) -> Ms:
    """Return when a request must be answered; an opt-out has a shorter clock than the others."""
    if kind in {"opt_out", "withdrawal"}:
        quick = rule.opt_out if rule.opt_out.count else None
        return quick.after(received) if quick else Ms(received + DAY)
    return rule.reply.after(received)


def extended(rule: RightsRule, *, due_at: Ms, received: Ms, reason: str, now: Ms) -> Ms:
    """Return the new end of a clock.

    Raises `Refused`: ``reason_missing``, ``no_extension`` where the law knows none, ``too_late``.
    """
    if reason not in EXTENSIONS:
        raise Refused("reason_missing", f"an extension needs a reason: {', '.join(EXTENSIONS)}")
    if rule.extension is None:
        raise Refused("no_extension", "the law of this person knows no extension", clause=rule.cite)
    if now >= due_at:
        raise Refused("too_late", "a clock that has run out cannot be extended", clause=rule.cite)
    base = rule.reply.after(received)
    return rule.extension.after(base)


def check_fee(rule: RightsRule, *, ground: str, words: str, previous: int) -> None:
    """Raise `Refused` unless a fee may be asked for; ``previous``: answered in twelve months.

    Where the law fixes how many requests a year are free, the next one may cost. Everywhere else
    a fee needs one of the law's grounds, and reasons in words (GDPR 12(5): the burden is ours). The
    first is free whatever it is like: the notice says so (DSR-07), and GDPR 12(5) lets us refuse.
    """
    if rule.free is not None and previous >= rule.free:
        return
    if not rule.fee_grounds:
        raise Refused("no_fee", "the request is free: the law of this person knows no fee",
                      clause=rule.cite)  # fmt: skip
    if previous == 0:
        raise Refused("no_fee", "the first request in twelve months is free; what is unfounded "
                      "can be refused", clause="DSR-07")  # fmt: skip
    if ground not in rule.fee_grounds or not words.strip():
        raise Refused("no_fee", "the request is free; a fee needs a ground "
                      f"({' or '.join(rule.fee_grounds)}) and words that say why",
                      clause=rule.cite)  # fmt: skip


def check_refusal(rule: RightsRule, *, reason: str, words: str, previous: int) -> None:
    """Raise `Refused` unless a request may be refused for ``reason``.

    ``previous``: as in `check_fee`.
    """
    if reason not in REFUSALS:
        raise Refused("reason_missing", f"a refusal needs a reason: {', '.join(REFUSALS)}")
    if reason == "over_the_limit" and rule.free is None:
        raise Refused("no_limit", "the law of this person sets no yearly limit", clause=rule.cite)
    if reason == "over_the_limit" and rule.free is not None and previous < rule.free:
        raise Refused("no_limit", f"the yearly limit is not reached: {previous} of {rule.free} "
                      "were answered in twelve months", clause=rule.cite)  # fmt: skip
    if reason == "excessive" and previous == 0:
        # GDPR 12(5): "in particular because of their repetitive character"; the letter says so
        raise Refused("not_excessive", "nothing of the kind was answered for this person in twelve "
                      "months: a first request is not excessive", clause="DSR-07")  # fmt: skip
    if reason in {"manifestly_unfounded", "excessive"} and not words.strip():
        raise Refused("reason_missing", "say in words why; the burden of proof is ours")
    if reason == "law_keeps_it" and not words.strip():
        raise Refused("reason_missing", "say in words which law keeps what, and until when",
                      clause="RET-03")  # fmt: skip


SERVICE = "service"
"""What a withdrawal names that takes back the ground of the service itself, not one consent."""
WARNED_MS = 48 * HOUR
"""IN-09 (DPDP Rules 2025 r.8(2)): so long before an erasure somebody is warned of it."""
YEAR_MS = 365 * DAY
IDENTIFY_MS = 14 * DAY
"""Who has not shown within two weeks who they are has to ask again."""
EVIDENCE_MS = 30 * DAY
"""What a person told us in a case is destroyed so long after its end: time to complain about it."""
SOON_MS = HOUR
