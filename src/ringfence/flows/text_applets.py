"""The applets of flows that answer text messages: one frozen dataclass each, and its fields.

A flow answers calls or messages; ``hours``, ``goto`` and ``url`` stand in both. A branch that leads
to ``""`` is the end: the message that came in is answered, and no person has to read it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from ringfence.flows import applets
from ringfence.flows.applets import Applet, Branch
from ringfence.flows.values import (
    Field,
    Notes,
    Reader,
    WrongError,
    boolean,
    branch,
    name,
    need,
    shown,
    text,
    url,
    whole,
)
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import FLOW_TARGETS, FLOW_WORDS, TALK_MINUTES_MAX, TEXT_CHARS_MAX
from ringfence.kernel.phone import Phone
from ringfence.messaging.keywords import folded
from ringfence.messaging.mail import check_address
from ringfence.privacy.consent.texts import channel_of

DAY_MINUTES: Final = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Applet):
    """Send them ``text``, or the registered text ``template`` with its gaps filled by ``values``.

    ``media``: links to pictures.
    """

    text: str = field(default="", repr=False)
    template: str = ""
    values: tuple[str, ...] = field(default=(), repr=False)
    media: tuple[str, ...] = field(default=(), repr=False)
    next: Branch = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keywords(Applet):
    """Go where the whole message or its first word leads; letters are compared without case."""

    words: dict[str, Branch]
    otherwise: Branch = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Applet):
    """Ask ``text`` and wait for their next message: ``words`` as in keywords, else ``next``.

    Without ``next``, a message that is none of ``words`` is asked about again with ``invalid``,
    ``tries`` times in all, then ``otherwise``. After ``minutes`` their message begins anew.
    """

    text: str = field(repr=False)
    words: dict[str, Branch] = field(default_factory=dict)
    next: Branch = ""
    invalid: str = field(default="", repr=False)
    tries: int = 2
    minutes: int = DAY_MINUTES
    otherwise: Branch = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward(Applet):
    """Send what they wrote on to a number or an e-mail address, with theirs if ``with_number``."""

    to: str = field(repr=False)
    with_number: bool = False
    next: Branch = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptIn(Applet):
    """Ask for their consent in the words kept for it, and write down what they answer.

    ``yes``: the words that mean yes; anything else is a no.
    """

    purpose: str = "market"
    language: str = "en"
    yes: tuple[str, ...] = ("yes",)
    minutes: int = DAY_MINUTES
    given: Branch = ""
    refused: Branch = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox(Applet):
    """Leave the message unread, for a person."""


TEXT: Final = frozenset({Reply, Keywords, Ask, Forward, OptIn, Inbox})
"""What stands in flows of messages alone."""
BOTH: Final = frozenset({applets.Hours, applets.Goto, applets.Url})
"""What stands in either."""


def answers_texts(flow: applets.Flow) -> bool:
    """Whether a flow may answer messages."""
    return all(type(applet) in TEXT or type(applet) in BOTH for applet in flow.applets.values())


def answers_calls(flow: applets.Flow) -> bool:
    """Whether a flow may answer calls."""
    return not any(type(applet) in TEXT for applet in flow.applets.values())


# --- fields ---------------------------------------------------------------------------------------


def said(value: Any, where: str, notes: Notes) -> str:
    """What is written to somebody; its lines stay lines."""
    if not isinstance(value, str) or not value.strip() or len(value) > TEXT_CHARS_MAX:
        raise notes.wrong(where, f"must be a text of 1 to {TEXT_CHARS_MAX} characters")
    return value.strip()


def words(value: Any, where: str, notes: Notes) -> dict[str, str]:
    """Words to applets."""
    if not isinstance(value, dict) or not 0 < len(value) <= FLOW_WORDS:
        raise notes.wrong(where, f"must be an object of 1 to {FLOW_WORDS} words")
    found: dict[str, str] = {}
    for word, target in value.items():
        inner = f"{where}.{shown(word)}"
        plain = folded(word)
        if not plain or len(plain) > 40 or plain in found:
            notes.add(inner, "must be a word of letters and digits that stands here once")
            continue
        try:
            found[plain] = branch(target, inner, notes)
        except WrongError:
            continue
    return found


def _list_of(read: Reader, most: int) -> Reader:
    def many(value: Any, where: str, notes: Notes) -> tuple[str, ...]:
        if not isinstance(value, list) or not 0 < len(value) <= most:
            raise notes.wrong(where, f"must be a list of 1 to {most}")
        return tuple(read(item, f"{where}.{place}", notes) for place, item in enumerate(value))

    return many


def _yes(value: Any, where: str, notes: Notes) -> tuple[str, ...]:
    return tuple(map(folded, _list_of(text(40), FLOW_TARGETS)(value, where, notes)))


def _whom(value: Any, where: str, notes: Notes) -> str:
    """A telephone number or an e-mail address."""
    try:
        if isinstance(value, str):
            return check_address(value) if "@" in value else Phone.parse(value).e164
    except Refused:
        pass
    raise notes.wrong(where, "must be a number such as +12025550123, or an e-mail address")


def _purpose(value: Any, where: str, notes: Notes) -> str:
    try:
        channel_of(str(value), "message")
    except Refused:
        raise notes.wrong(where, "must be a purpose people agree to by message") from None
    return str(value)


_NEXT: Final = {"next": Field(branch)}
_MINUTES: Final = {"minutes": Field(whole(1, TALK_MINUTES_MAX))}

TEXT_APPLETS: Final[dict[str, tuple[type[Applet], dict[str, Field]]]] = {
    "reply": (
        Reply,
        {
            "text": Field(said),
            "template": Field(name),
            "values": Field(_list_of(text(60), FLOW_WORDS)),
            "media": Field(_list_of(url, FLOW_TARGETS)),
            **_NEXT,
        },
    ),
    "keywords": (Keywords, {"words": need(words), "otherwise": Field(branch)}),
    "ask": (
        Ask,
        {
            "text": need(said),
            "words": Field(words),
            **_NEXT,
            "invalid": Field(said),
            "tries": Field(whole(1, 5)),
            **_MINUTES,
            "otherwise": Field(branch),
        },
    ),
    "forward": (Forward, {"to": need(_whom), "with_number": Field(boolean), **_NEXT}),
    "opt_in": (
        OptIn,
        {
            "purpose": Field(_purpose),
            "language": Field(text(16)),
            "yes": Field(_yes),
            **_MINUTES,
            "given": Field(branch),
            "refused": Field(branch),
        },
    ),
    "inbox": (Inbox, {}),
}
"""As `ringfence.flows.reading.APPLETS`."""


def check(kind: str, got: dict[str, Any], where: str, notes: Notes) -> None:
    """Note what is wrong with an applet as a whole."""
    said = len({"text", "template"} & got.keys())
    if kind == "reply" and said != 1 and (said or "media" not in got):
        notes.add(where, "needs exactly one of text and template, or media")
    if kind == "ask" and not (got.get("words") or got.get("next")):
        notes.add(where, "needs words or next: somewhere an answer leads to")
