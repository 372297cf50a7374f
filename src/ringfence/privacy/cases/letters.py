"""Letters to people about their cases; each names the authority they can turn to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter

from ringfence.kernel.clock import Ms
from ringfence.privacy.cases import rights
from ringfence.privacy.cases.calendar import day_of
from ringfence.privacy.cases.law import RightsRule, regulator, rights_rule
from ringfence.privacy.cases.provisions import basis, law_applied
from ringfence.privacy.retention import RULES
from ringfence.privacy.terms import STATUTES

_BECAUSE: Mapping[str, str] = {
    **{key: rule.reason for key, rule in RULES.items()},
    **{statute.id: f"a law asks for it: {statute.source}" for statute in STATUTES},
}
"""Why something is kept, by the key of the rule."""


def acknowledgement(
    *, kind: str, residence: str, received: Ms, due_at: Ms, erased_at: Ms | None = None
) -> str:
    """Return the confirmation of receipt: what was asked, until when it is answered.

    ``erased_at``: when the person was erased, who has asked before or since.
    """
    right = rights.RIGHTS[kind]
    gone = "" if erased_at is None else f"Your data was erased on {day_of(erased_at)}. "
    return (
        f"We received your request on {day_of(received)}: “{right.says}” {gone}"
        f"You will have an answer by {day_of(due_at)} "
        f"({basis(kind, residence, received)}). {complaint(residence)}"
    )


def extension(*, residence: str, reason: str, due_at: Ms, words: str = "") -> str:
    """Return the news that an answer takes longer, and why."""
    return (
        f"{sentences(rights.EXTENSIONS[reason], words)} "
        f"You will have an answer by {day_of(due_at)}. {complaint(residence)}"
    )


def fee(*, kind: str, residence: str, amount: str, ground: str, words: str, now: Ms) -> str:
    """Return that something is to be paid, and why; ``ground``: "" beyond what a year grants."""
    rule = rights_rule(residence, now)
    why = rights.REFUSALS.get(ground) or _granted(rule)
    return (
        f"“{rights.RIGHTS[kind].says}” For this we ask {amount}. {sentences(why, words)} "
        f"Nothing is done before it is paid, and you can take the request back. "
        f"The law applied: {law_applied(kind, residence, now)}. {complaint(residence)}"
    )


def beyond_the_year(*, residence: str, due_at: Ms, now: Ms) -> str:
    """Return that somebody asked more often than the law grants for nothing."""
    return (
        f"{_granted(rights_rule(residence, now))} You will hear by {day_of(due_at)} whether this "
        f"one is answered, and whether it costs anything. {complaint(residence)}"
    )


def not_sent(*, due_at: Ms, residence: str) -> str:
    """Return that a recipient somebody named did not show that it expects their data."""
    return (
        "The recipient you named did not confirm that it expects your data, so nothing was sent. "
        f"Ask again with another address, or for a copy. Until {day_of(due_at)} this one is open. "
        f"{complaint(residence)}"
    )


def _granted(rule: RightsRule) -> str:
    return f"The law grants {rule.free} such requests in twelve months, and they were answered."


def sentences(*parts: str) -> str:
    """Return what is said as sentences, each with its end; what is empty is left out."""
    said = [part.strip() for part in parts if part.strip()]
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in said)


def stays(until: Mapping[str, Ms]) -> str:
    """Return what an erasure had to leave, by which rule and until when; "" where nothing.

    ``until``: the last instant, by the key of its rule. Of a hold nothing is said: it may belong to
    a demand that nobody may tell of.
    """
    kept = [
        f"until {day_of(at)}, because {why} ({key})"
        for key, at in sorted(until.items(), key=itemgetter(1))
        if (why := _BECAUSE.get(key))
    ]
    if not kept:
        return ""
    return (
        "Some of it has to stay for a time: it is restricted, used for nothing else, and goes by "
        f"itself: {'; '.join(kept)}."
    )


def closing(
    *,
    kind: str,
    residence: str,
    outcome: str,
    reason: str,
    now: Ms,
    words: str = "",
    left: str = "",
    erased_at: Ms | None = None,
) -> str:
    """Return the decision. ``reason``: key of `rights.REFUSALS` where the outcome is refused.

    ``words``: what whoever decided said besides. ``left``: what an erasure had to leave: `stays`.
    ``erased_at``: when the person was erased, before this could be done.
    """
    right = rights.RIGHTS[kind]
    match outcome:
        case "refused":
            decision = f"We have to refuse this. {rights.REFUSALS[reason]}"
        case "answered" if erased_at is not None:
            decision = sentences(
                f"Your data was erased on {day_of(erased_at)}: there is nothing any more that this "
                "could be done with.",
                left,
            )
        case "answered":
            decision = sentences("We have done what you asked for.", left)
        case "withdrawn":
            decision = "You took your request back; nothing was done."
        case _:
            decision = "This request was closed without an answer: nobody showed who they are."
    return (
        f"“{right.says}” {sentences(decision, words)} "
        f"The law applied: {law_applied(kind, residence, now)}. {complaint(residence)}"
    )


def consequence(*, erased_from: Ms) -> str:
    """Return what taking back the ground of the service itself means, before it happens."""
    return (
        "Without this the service ends for you: we can connect and keep nothing of yours any more. "
        "Everything we hold about you is packed and can be fetched here first; "
        f"it is erased from {day_of(erased_from)} on."
    )


def demand_notice(
    *,
    sender: str,
    authority: str,
    kinds: Sequence[str],
    since: Ms,
    until: Ms,
    disclosed_at: Ms | None,
    residence: str,
    page: str,
    reference: str,
) -> str:
    """Return the news that an authority demands data about somebody, or got it.

    ``page``: where rights are asked for, "" where there is none.
    """
    given = (
        f"It was given to them on {day_of(disclosed_at)}. We were not allowed to tell you before."
        if disclosed_at is not None
        else "Nothing was given yet, and nothing is for seven days: you can go to court."
    )
    ask = f" What we hold about you, and to whom it went: {page}." if page else ""
    return (
        f"This is {sender}. {authority} demanded data about you: {', '.join(sorted(kinds))} "
        f"of {day_of(since)} to {day_of(until)}. {given}{ask} {complaint(residence)} ({reference})"
    )


def complaint(residence: str) -> str:
    """Return whom to complain to; also that a court is open, as GDPR 12(4) asks."""
    return (
        f"If you are not content you can complain to {regulator(residence)}, "
        "and you can go to court."
    )
