"""The ledger of choices, read: what somebody has said last, for a purpose and a channel.

    (nothing) ──given──▶ given ──withdrawn──▶ withdrawn ──given──▶ given ...
        └──────refused─▶ refused ──given──▶ given

A consent for a channel is wider than none and narrower than ``any``: the last word on either
counts. What was said on one call counts for that call alone and is a fact of the call.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.privacy.gate import Consent

State = Literal["given", "refused", "withdrawn", "lapsed"]
How = Literal[
    "cli", "api", "page_box", "page_button", "call_key", "mail", "letter", "in_person", "message"
]
"""How it was said: a box on a page that was empty before, a button, a key on a call, ..."""

HOWS: Final[tuple[How, ...]] = get_args(How)


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of the ledger. ``text``: the hash of what was shown, None where nothing was."""

    id: int
    purpose: str
    channel: str
    state: State
    text: str | None
    how: str
    actor: str
    at: Ms


_MEANS: dict[State, Consent] = {
    "given": "given",
    "refused": "refused",
    "withdrawn": "refused",
    "lapsed": "unknown",
}


def effective(choices: Iterable[Choice], purpose: str, channel: str) -> Consent:
    """Return what holds now; ``choices`` in the order they were made.

    A withdrawal is as good as a refusal: whoever took it back is not asked by doing it anyway.
    One that lapsed, because what it was for has changed, is as if nobody had been asked.
    """
    found: Consent = "unknown"
    for choice in choices:
        if choice.purpose == purpose and choice.channel in {channel, "any"}:
            found = _MEANS[choice.state]
    return found


def check_how(how: str) -> How:
    """Return how a consent was given.

    Raises `Refused`: ``not_freely_given`` for a box that was ticked before anybody saw it (GDPR
    4(11), recital 32), ``bad_how`` for another word that is none.
    """
    if how in {"preticked_box", "silence", "use"}:
        raise Refused(
            "not_freely_given", "a consent is something somebody does: show an empty box",
            clause="CON-01",
        )  # fmt: skip
    for known in HOWS:
        if how == known:
            return known
    raise Refused("bad_how", f"a consent is given by: {', '.join(HOWS)}")
