"""Flows of messages as verbs: Message and Redirect as in documents, and what only flows can say.

Where an applet waits for an answer, it leaves a place (`Await`): the ``flow:`` URL their next
message goes on at. Such a place names no revision: it may outlive the process, and the version in
force when the answer comes is the one that goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from ringfence.flows import text_applets as applets
from ringfence.kernel.clock import MINUTE, Ms
from ringfence.kernel.limits import TEXT_CHARS_MAX
from ringfence.kernel.phone import Phone
from ringfence.markup import verbs
from ringfence.markup.exchange import Value
from ringfence.markup.verbs import Verb
from ringfence.messaging.keywords import folded
from ringfence.privacy.consent.texts import text_for

Verbs = tuple[Verb, ...]
Params = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Await(Verb):
    """Their next message goes on at ``place``, for ``ms``."""

    place: str = field(repr=False)
    ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Agree(Verb):
    """They were shown the text of a consent and answered."""

    purpose: str
    given: bool
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter(Verb):
    """Send what they wrote to an e-mail address."""

    to: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(Verb):
    """A person is to read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled(verbs.Message):
    """A registered text, its gaps filled."""

    template: str
    values: tuple[str, ...] = field(default=(), repr=False)


class Compiling(Protocol):
    """What builds verbs (`ringfence.flows.compile.Compiled`)."""

    address: str

    def follow(self, branch: str, params: Params, now: Ms) -> Verbs:
        """Return the verbs of a branch."""
        ...

    def place(self, name: str, state: str) -> str:
        """Return the URL of a state of an applet, of whatever version is in force then."""
        ...

    def onward(self, branch: str) -> Verbs:
        """Return what leads to a branch, nothing where it ends."""
        ...


def _reply(flow: Compiling, applet: applets.Reply, _name: str, _params: Params) -> Verbs:
    said: verbs.Message
    if applet.template:
        said = Filled(template=applet.template, values=applet.values, media=applet.media)
    else:
        said = verbs.Message(body=applet.text, media=applet.media)
    return (said, *flow.onward(applet.next))


def _ask(flow: Compiling, applet: applets.Ask, name: str, _params: Params) -> Verbs:
    return _asked(flow, name, applet.text, 1, applet.minutes)


def _asked(flow: Compiling, name: str, text: str, tried: int, minutes: int) -> Verbs:
    wait = Await(place=flow.place(name, str(tried)), ms=minutes * MINUTE)
    return (verbs.Message(body=text), wait)


def _forward(flow: Compiling, applet: applets.Forward, _name: str, params: Params) -> Verbs:
    text = _text(params, "Body")
    if applet.with_number:
        text = f"{_text(params, 'From')}: {text}"
    text = text[:TEXT_CHARS_MAX]
    onward = flow.onward(applet.next)
    if "@" in applet.to:
        return (Letter(to=applet.to, text=text), *onward)
    return (verbs.Message(to=applet.to, body=text), *onward)


def _opt_in(flow: Compiling, applet: applets.OptIn, name: str, _params: Params) -> Verbs:
    shown = text_for(applet.purpose, "message", applet.language)
    return _asked(flow, name, shown.text, 1, applet.minutes)


def _inbox(_flow: Compiling, _applet: applets.Inbox, _name: str, _params: Params) -> Verbs:
    return (Leave(),)


BUILDERS: Final[dict[type, Callable[[Compiling, Any, str, Params], Verbs]]] = {
    applets.Reply: _reply,
    applets.Ask: _ask,
    applets.Forward: _forward,
    applets.OptIn: _opt_in,
    applets.Inbox: _inbox,
}
"""What enters an applet."""


# --- decisions ------------------------------------------------------------------------------------


def chosen(words: Mapping[str, str], params: Params) -> str | None:
    """Return where a message leads: the whole of it, or its first word."""
    plain = folded(_text(params, "Body"))
    return words.get(plain, words.get(plain.partition(" ")[0]))


def _answered(
    flow: Compiling, ask: applets.Ask, name: str, state: str, params: Params, now: Ms
) -> Verbs | None:
    if not (state.isascii() and state.isdigit()):
        return None
    found = chosen(ask.words, params)
    if found is None and ask.next:
        found = ask.next
    if found is not None:
        return flow.follow(found, params, now)
    tried = int(state[:2])
    if tried >= ask.tries:
        return flow.follow(ask.otherwise, params, now)
    return _asked(flow, name, ask.invalid or ask.text, tried + 1, ask.minutes)


def _agreed(
    flow: Compiling, asked: applets.OptIn, _name: str, _state: str, params: Params, now: Ms
) -> Verbs:
    plain = folded(_text(params, "Body"))
    given = plain in asked.yes or plain.partition(" ")[0] in asked.yes
    agree = Agree(purpose=asked.purpose, given=given, language=asked.language)
    return (agree, *flow.follow(asked.given if given else asked.refused, params, now))


DECISIONS: Final[dict[type, Callable[[Compiling, Any, str, str, Params, Ms], Verbs | None]]] = {
    applets.Ask: _answered,
    applets.OptIn: _agreed,
}
"""What goes on when an answer comes."""


def _text(params: Params, name: str) -> str:
    value = params.get(name, "")
    return value.e164 if isinstance(value, Phone) else value
