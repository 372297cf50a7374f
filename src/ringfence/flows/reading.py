"""From JSON values to applets, noting everything that is wrong and where.

One table says which fields an applet has; anything else in it is a mistake.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ringfence.flows import applets
from ringfence.flows.hours import Schedule
from ringfence.flows.text_applets import (
    TEXT_APPLETS,
    answers_calls,
    answers_texts,
    check,
)
from ringfence.flows.timetable import dates, timezone, weekly
from ringfence.flows.values import (
    KEYS,
    Field,
    Notes,
    Reader,
    WrongError,
    boolean,
    branch,
    fields,
    keys,
    method,
    name,
    need,
    shown,
    text,
    url,
    whole,
)
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import (
    FLOW_APPLETS,
    FLOW_PROMPTS,
    FLOW_TARGETS,
    MARKUP_SEND_DIGITS,
    MARKUP_SPEECH_CHARS,
    MARKUP_WAIT_SECONDS,
)
from ringfence.kernel.phone import Phone
from ringfence.markup.build import is_sip_uri
from ringfence.markup.verbs import Pause, Play, Prompt, Say

# --- prompts --------------------------------------------------------------------------------------


def prompt(value: Any, where: str, notes: Notes) -> tuple[Prompt, ...]:
    """A text, ``{"text"}``, ``{"audio"}``, ``{"pause"}``, or a list of these."""
    parts = value if isinstance(value, list) else [value]
    if not 0 < len(parts) <= FLOW_PROMPTS:
        raise notes.wrong(where, f"must have 1 to {FLOW_PROMPTS} parts")
    found = []
    for place, part in enumerate(parts):
        inner = f"{where}.{place}" if isinstance(value, list) else where
        try:
            found.append(_part(part, inner, notes))
        except WrongError:
            continue
    return tuple(found)


def _part(value: Any, where: str, notes: Notes) -> Prompt:
    spoken = text(MARKUP_SPEECH_CHARS)
    if isinstance(value, str):
        said = spoken(value, where, notes)
        return Say(text=said, voice=notes.voice or "default", language=notes.language)
    if not isinstance(value, dict):
        raise notes.wrong(where, 'must be a text, {"text": ...}, {"audio": ...} or {"pause": ...}')
    kinds = [kind for kind in _PARTS if kind in value]
    if len(kinds) != 1:
        raise notes.wrong(where, "must have exactly one of text, audio and pause")
    got = fields(value, where, notes, _PARTS[kinds[0]])
    if "audio" in got:
        return Play(url=got["audio"], loop=got.get("loop", 1))
    if "pause" in got:
        return Pause(length=got["pause"])
    return Say(
        text=got["text"],
        voice=got.get("voice") or notes.voice or "default",
        language=got.get("language") or notes.language,
        loop=got.get("loop", 1),
    )


# --- lists of people, choices ---------------------------------------------------------------------


def _list_of(one: Callable[[str], bool], expected: str) -> Reader:
    def read(value: Any, where: str, notes: Notes) -> tuple[str, ...]:
        if not isinstance(value, list) or not 0 < len(value) <= FLOW_TARGETS:
            raise notes.wrong(where, f"must be a list of 1 to {FLOW_TARGETS}")
        for place, item in enumerate(value):
            if not isinstance(item, str) or not one(item.strip()):
                notes.add(f"{where}.{place}", f"must be {expected}")
        return tuple(str(item).strip() for item in value)

    return read


def _is_phone(value: str) -> bool:
    try:
        Phone.parse(value)
    except Refused:
        return False
    return True


def number(value: Any, where: str, notes: Notes) -> str:
    """A telephone number."""
    if not isinstance(value, str) or not _is_phone(value):
        raise notes.wrong(where, "must be a telephone number such as +12025550123")
    return value.strip()


def choices(value: Any, where: str, notes: Notes) -> dict[str, str]:
    """Keys to applets."""
    if not isinstance(value, dict) or not value:
        raise notes.wrong(where, "must be an object of keys and the applets they lead to")
    found = {}
    for key, target in value.items():
        inner = f"{where}.{shown(key)}"
        if len(key) != 1 or key not in KEYS:
            notes.add(inner, "a choice is one key out of 0-9, * and #")
            continue
        try:
            found[key] = branch(target, inner, notes)
        except WrongError:
            continue
    return found


_loop = Field(whole(1, 100))
_PARTS: Final[dict[str, dict[str, Field]]] = {
    "text": {
        "text": need(text(MARKUP_SPEECH_CHARS)),
        "voice": Field(text(64)),
        "language": Field(text(16)),
        "loop": _loop,
    },
    "audio": {"audio": need(url), "loop": _loop},
    "pause": {"pause": need(whole(1, 60))},
}
_PROMPT: Final = {"prompt": Field(prompt)}
_NEXT: Final = {"next": Field(branch)}
_PAGE: Final = {"url": Field(url), "method": Field(method)}

APPLETS: Final[dict[str, tuple[type[applets.Applet], dict[str, Field]]]] = {
    "greeting": (applets.Greeting, {"prompt": need(prompt), **_NEXT}),
    "menu": (
        applets.Menu,
        {
            "prompt": need(prompt),
            "choices": need(choices),
            "timeout": Field(whole(1, 60)),
            "tries": Field(whole(1, 10)),
            "invalid": Field(prompt),
            "silence": Field(prompt),
            "otherwise": Field(branch),
        },
    ),
    "gather": (
        applets.Gather,
        {
            **_PROMPT,
            "digits": Field(whole(1, MARKUP_SEND_DIGITS)),
            "finish_on": Field(keys),
            "timeout": Field(whole(1, 60)),
            "url": need(url),
            "method": Field(method),
            "empty": Field(branch),
        },
    ),
    "hours": (
        applets.Hours,
        {
            "timezone": need(timezone),
            "weekly": need(weekly),
            "dates": Field(dates),
            "open": need(branch),
            "closed": need(branch),
        },
    ),
    "dial": (
        applets.Dial,
        {
            "numbers": Field(_list_of(_is_phone, "a telephone number such as +12025550123")),
            "sip": Field(_list_of(is_sip_uri, "a SIP URI such as sip:ann@example.com")),
            "timeout": Field(whole(5, 600)),
            "time_limit": Field(whole(1, 86_400)),
            "sequential": Field(boolean),
            "caller_id": Field(number),
            "record": Field(boolean),
            "answer_first": Field(boolean),
            "next": Field(branch),
            "unanswered": Field(branch),
            "busy": Field(branch),
        },
    ),
    "voicemail": (
        applets.Voicemail,
        {
            **_PROMPT,
            "seconds": Field(whole(1, 3_600)),
            "silence": Field(whole(0, 60)),
            "finish_on": Field(keys),
            "beep": Field(boolean),
            **_PAGE,
            **_NEXT,
        },
    ),
    "echo": (
        applets.Echo,
        {**_PROMPT, "seconds": Field(whole(1, MARKUP_WAIT_SECONDS)), **_NEXT},
    ),
    "goto": (applets.Goto, {"to": Field(branch), "flow": Field(name)}),
    "url": (applets.Url, {"url": need(url), "method": Field(method)}),
    "hangup": (applets.Hangup, _PROMPT),
    "reject": (applets.Reject, {"busy": Field(boolean)}),
    **TEXT_APPLETS,
}
"""Every type of applet: its class and its fields. The reference page is drawn from this table."""


def applet(value: Any, where: str, notes: Notes) -> applets.Applet:
    """Read one applet. Raises where it cannot be read at all."""
    if not isinstance(value, dict):
        raise notes.wrong(where, "must be an object")
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in APPLETS:
        raise notes.wrong(f"{where}.type", "must be one of " + ", ".join(APPLETS))
    made, table = APPLETS[kind]
    got = fields({k: v for k, v in value.items() if k != "type"}, where, notes, table)
    if kind == "hours":
        schedule = Schedule(got["timezone"], got["weekly"], got.get("dates", {}))
        return applets.Hours(schedule=schedule, open=got["open"], closed=got["closed"])
    if kind == "dial" and not (got.get("numbers") or got.get("sip")):
        raise notes.wrong(where, "needs numbers or sip: somebody to dial")
    if kind == "goto" and len(got) != 1:
        raise notes.wrong(where, "needs exactly one of to and flow")
    check(kind, got, where, notes)
    return made(**got)


def flow(value: Any, notes: Notes) -> applets.Flow | None:
    """Read a whole document; None where anything is wrong with it."""
    if not isinstance(value, dict):
        notes.add("$", "a flow is a JSON object")
        return None
    for key, read in (("voice", text(64)), ("language", text(16))):
        if key in value:
            try:
                setattr(notes, key, read(value[key], f"$.{key}", notes))
            except WrongError:
                continue
    found: dict[str, Any] | None = None
    try:
        found = fields(value, "$", notes, _FLOW)
    except WrongError:
        pass  # what leads nowhere is told all the same
    named = value.get("applets")
    if isinstance(named, dict) and named:
        leads = list(notes.references)
        if isinstance(value.get("start"), str):
            leads.append(("$.start", value["start"]))
        known = {problem.where for problem in notes.problems}
        for where, target in leads:
            if target not in named and where not in known:
                notes.add(where, "there is no applet of that name")
    if found is None or notes.problems:
        return None
    made = applets.Flow(
        start=found["start"], applets=found["applets"], title=found.get("title", "")
    )
    if not answers_calls(made) and not answers_texts(made):
        notes.add("$.applets", "a flow answers calls or messages, not both; see the reference")
        return None
    return made


def _applets(value: Any, where: str, notes: Notes) -> dict[str, applets.Applet]:
    if not isinstance(value, dict) or not 0 < len(value) <= FLOW_APPLETS:
        raise notes.wrong(where, f"must be an object of 1 to {FLOW_APPLETS} applets")
    found = {}
    for key, entry in value.items():
        inner = f"{where}.{shown(key)}"
        try:
            known = name(key, inner, notes)
            found[known] = applet(entry, inner, notes)
        except WrongError:
            continue
    return found


def _format(value: Any, where: str, notes: Notes) -> int:
    if value != 1 or type(value) is not int:
        raise notes.wrong(where, "must be 1, the only version of the format there is")
    return value


_FLOW: Final[dict[str, Field]] = {
    "ringfence_flow": need(_format),
    "title": Field(text(200)),
    "voice": Field(lambda value, _where, _notes: value),  # read before everything else
    "language": Field(lambda value, _where, _notes: value),
    "start": need(name),
    "applets": need(_applets),
}
