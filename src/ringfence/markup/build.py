"""From the attributes, text and children of one element to its verb.

A builder returns the verb, None where it is to be left out (after reporting why), or `BROKEN`
where the call cannot go past it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl

from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import (
    MARKUP_PARAMETERS,
    MARKUP_SIP_HEADERS,
    MARKUP_SPEECH_CHARS,
    MARKUP_TARGETS,
    MARKUP_URL_CHARS,
    PAYMENT_PARAMETERS_MAX,
    PAYMENT_PROMPTS_MAX,
    PAYMENT_TEXT_CHARS,
    STREAM_CHARS,
    STREAM_PARAMETERS,
)
from ringfence.kernel.phone import Phone
from ringfence.kernel.text import is_blank
from ringfence.markup import verbs
from ringfence.markup.elements import Values
from ringfence.markup.spoken import pieces, unmarked, without_breaks
from ringfence.markup.urls import is_reference


class Report(Protocol):
    """Notes a problem where the element stands."""

    def __call__(self, code: str, sentence: str) -> None: ...


Builder = Callable[[Values, str, list[Any], Report], Any]

BROKEN: Final = object()

_SIP_URI = re.compile(
    r"sips?:(?:[^\s@<>\"\\]{1,128}@)?(?:\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9._-]{1,253})"
    r"(?::[0-9]{1,5})?(?:[;?][^\s<>\"]*)?\Z",
    re.IGNORECASE,
)
_HEADER_NAME = re.compile(r"[Xx]-[A-Za-z0-9_.!%*+`'~-]{1,60}\Z")
_LINE_BREAK = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def is_sip_uri(text: str) -> bool:
    """Whether ``text`` looks like a SIP URI; the wire layer reads it in full."""
    return len(text) <= MARKUP_URL_CHARS and _SIP_URI.match(text) is not None


def _say(values: Values, text: str, _children: list[Any], report: Report) -> Any:
    if values.get("loop", 1) != 1:
        text = without_breaks(text)  # what is repeated is one sound
    parts = pieces(text)
    if not parts:
        report("nothing_to_say", "<Say> has no text; it was left out")
        return None
    if len(text) > MARKUP_SPEECH_CHARS:
        parts = _cut(parts, report)
    if "." in values.get("voice", ""):
        report("voice_elsewhere", "that voice is another company's; ours speaks in its language")
    place = {"line": values["line"], "column": values["column"]}
    made = tuple(
        verbs.Say(text=part, **values)
        if isinstance(part, str)
        else verbs.Pause(length=0, millis=part, **place)
        for part in parts
    )
    return made if len(made) > 1 else made[0]


def _cut(parts: list[str | int], report: Report) -> list[str | int]:
    left = int(MARKUP_SPEECH_CHARS)
    kept: list[str | int] = []
    for part in parts:
        if isinstance(part, str):
            if len(part) > left:
                report("speech_too_long", f"<Say> was cut to {MARKUP_SPEECH_CHARS} characters")
                part = unmarked(part)
                return [*kept, part[:left]] if left else kept
            left -= len(part)
        kept.append(part)
    return kept


def _play(values: Values, text: str, _children: list[Any], report: Report) -> Any:
    if "digits" in values:
        return verbs.Play(**values)
    if not text:
        report("nothing_to_play", "<Play> has no URL; it was left out")
        return None
    if not is_reference(text):
        report("bad_clip_url", "the URL in <Play> is not an http or https URL; it was left out")
        return None
    return verbs.Play(url=text, **values)


def _gather(values: Values, _text: str, children: list[Any], _report: Report) -> Any:
    return verbs.Gather(prompts=tuple(children), **values)


def _number(values: Values, text: str, _children: list[Any], report: Report) -> Any:
    try:
        Phone.parse(text)
    except Refused:
        report("bad_number", "the number to dial is not a telephone number; it was left out")
        return None
    return verbs.Number(number=text, **values)


def told(parameters: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Parameters as header fields of ours, ``X-`` before a name, where they can be such."""
    named = ((name if name[:2].lower() == "x-" else f"X-{name}", text) for name, text in parameters)
    return tuple(pair for pair in named if is_header(*pair))[:MARKUP_SIP_HEADERS]


def _sip(values: Values, text: str, children: list[Any], report: Report) -> Any:
    for child in children:
        if isinstance(child, _Uri):
            text = text or child.uri
            for name in ("username", "password"):
                if name in child.values:
                    values.setdefault(name, child.values[name])
        elif isinstance(child, _Headers):
            values["headers"] = child.pairs[:MARKUP_SIP_HEADERS]
    if text and ":" not in text.split("@", 1)[0]:
        text = f"sip:{text}"
    if not is_sip_uri(text):
        report("bad_sip_uri", "the target of <Sip> is not a SIP URI; it was left out")
        return None
    text, _, query = text.partition("?")
    if query:
        pairs = parse_qsl(query, keep_blank_values=True)
        sent = (*values.get("headers", ()), *told(pairs))[:MARKUP_SIP_HEADERS]
        if len(sent) < len(values.get("headers", ())) + len(pairs):
            report("bad_header", "what a header cannot hold was not sent with the call")
        values["headers"] = sent
    return verbs.Sip(uri=text, **values)


class _Uri:
    __slots__ = ("uri", "values")

    def __init__(self, uri: str, values: Values) -> None:
        self.uri = uri
        self.values = values


class _Headers:
    __slots__ = ("pairs",)

    def __init__(self, pairs: tuple[tuple[str, str], ...]) -> None:
        self.pairs = pairs


class _Pair:
    """A Header or a Parameter: a name and a value."""

    __slots__ = ("name", "value")

    def __init__(self, name: str, value: str) -> None:
        self.name = name
        self.value = value


def _uri(values: Values, text: str, _children: list[Any], _report: Report) -> Any:
    del values["line"], values["column"]
    return _Uri(text, values)


def is_header(name: str, value: str) -> bool:
    """Whether it may be a header field of a SIP request: no forged Contact, Identity or Route."""
    return bool(_HEADER_NAME.match(name)) and not _LINE_BREAK.search(value)


def _headers(_values: Values, _text: str, children: list[Any], report: Report) -> Any:
    if len(children) > MARKUP_SIP_HEADERS:
        report("too_many_headers", f"only the first {MARKUP_SIP_HEADERS} headers are sent")
    return _Headers(tuple((pair.name, pair.value) for pair in children))


def _header(values: Values, _text: str, _children: list[Any], report: Report) -> Any:
    name, value = values.get("name", ""), values.get("value", "")
    if not is_header(name, value):
        report("bad_header", "a <Header> needs a name that begins with X- and a one-line value")
        return None
    return _Pair(name, value)


def _parameter(values: Values, _text: str, _children: list[Any], report: Report) -> Any:
    if not values.get("name"):
        report("unknown_element", "a <Parameter> without a name was left out")
        return None
    return _Pair(values["name"], values.get("value", ""))


class _Identity:
    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def _identity(_values: Values, text: str, _children: list[Any], _report: Report) -> Any:
    return _Identity(text)


def _client(values: Values, text: str, children: list[Any], report: Report) -> Any:
    attribute = values.pop("identity", "")
    named = next((c.text for c in children if isinstance(c, _Identity)), text or attribute)
    if not named:
        report("nobody_to_dial", "<Client> names nobody; it was left out")
        return None
    pairs = tuple((c.name, c.value) for c in children if isinstance(c, _Pair))
    return verbs.Client(identity=named, parameters=pairs, **values)


class _ApplicationSid:
    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def _application_sid(values: Values, text: str, _children: list[Any], _report: Report) -> Any:
    return _ApplicationSid(text or values.get("sid", ""))


def _application(values: Values, text: str, children: list[Any], report: Report) -> Any:
    attribute = values.pop("sid", "")
    named = next((c.text for c in children if isinstance(c, _ApplicationSid)), text or attribute)
    if not named:
        report("nobody_to_dial", "<Application> names none; it was left out")
        return None
    pairs = tuple((c.name, c.value) for c in children if isinstance(c, _Pair))
    kept = pairs[:MARKUP_PARAMETERS]
    if len(kept) < len(pairs):
        report("too_many_parameters", f"an application is told {MARKUP_PARAMETERS} parameters")
    return verbs.Application(sid=named, parameters=kept, **values)


def _conference(values: Values, text: str, _children: list[Any], report: Report) -> Any:
    if not text:
        report("nobody_to_dial", "<Conference> names no room; it was left out")
        return None
    return verbs.Conference(room=text, **values)


def _queue(values: Values, text: str, _children: list[Any], report: Report) -> Any:
    if not text:
        report("nobody_to_dial", "<Queue> names no queue; it was left out")
        return None
    return verbs.Queue(name=text, **values)


def _enqueue(values: Values, text: str, _children: list[Any], report: Report) -> Any:
    if not text:
        report("nobody_to_dial", "<Enqueue> names no queue")
        return BROKEN
    return verbs.Enqueue(name=text, **values)


def _task(_values: Values, _text: str, _children: list[Any], _report: Report) -> Any:
    return None  # a task of a workflow; there are none here


def _dial(values: Values, text: str, children: list[Any], report: Report) -> Any:
    targets = list(children)
    if text:
        bare = _number({"line": values["line"], "column": values["column"]}, text, [], report)
        if bare is not None:
            targets.insert(0, bare)
    if not targets:
        report("nobody_to_dial", "<Dial> has nobody to dial")
        return BROKEN
    if len(targets) > MARKUP_TARGETS:
        report("too_many_targets", f"only the first {MARKUP_TARGETS} targets are dialled")
        del targets[MARKUP_TARGETS:]
    return verbs.Dial(targets=tuple(targets), **values)


def _ending(verb: type[Any]) -> Builder:
    def build(values: Values, _text: str, children: list[Any], _report: Report) -> Any:
        pairs = tuple((child.name, child.value) for child in children if isinstance(child, _Pair))
        return verb(parameters=pairs, **values)

    return build


def _redirect(values: Values, text: str, _children: list[Any], report: Report) -> Any:
    if text and not is_reference(text):
        report("bad_url", "the URL in <Redirect> is not an http or https URL")
        return BROKEN
    return verbs.Redirect(url=text, **values)


def _stream(values: Values, _text: str, children: list[Any], report: Report) -> Any:
    pairs = tuple((child.name, child.value) for child in children)
    kept = tuple(p for p in pairs if len(p[0]) + len(p[1]) <= STREAM_CHARS)[:STREAM_PARAMETERS]
    if len(kept) < len(pairs):
        report("too_many_parameters", "parameters that are too many or too long were left out")
    if values.get("dialect", "twilio") == "twilio" and values.pop("sample_rate", 8_000) != 8_000:
        report("attribute_without_effect", "sampleRate is of Exotel's dialect; Twilio's is 8000")
    return verbs.Stream(parameters=kept, **values)


def _transcription(values: Values, _text: str, children: list[Any], report: Report) -> Any:
    if children:
        report("attribute_without_effect", "a Parameter of <Transcription> has no effect yet")
    return verbs.Transcription(**values)


def _reachable(children: list[Any], report: Report) -> list[Any]:
    """The streams that say where they lead."""
    found = [child for child in children if not isinstance(child, verbs.Stream) or child.url]
    if len(found) < len(children):
        report("stream_without_url", "a <Stream> without a ws or wss URL was left out")
    return found


def _connect(values: Values, _text: str, children: list[Any], report: Report) -> Any:
    found = _reachable(children, report)
    if not found:
        report("nothing_to_connect", "<Connect> has nothing to connect with; it was left out")
        return None
    if found[0].track != "inbound_track":
        report("bad_track", "<Connect><Stream> takes the inbound track alone")
    return verbs.Connect(stream=replace(found[0], track="inbound_track"), **values)


def _start(values: Values, _text: str, children: list[Any], report: Report) -> Any:
    found = _reachable(children, report)
    kept = tuple(child for child in found if isinstance(child, verbs.Recording))
    heard = tuple(child for child in found if not isinstance(child, verbs.Recording))
    return (*kept, verbs.Start(streams=heard, **values)) if heard else kept


def _stop(values: Values, _text: str, children: list[Any], report: Report) -> Any:
    others = [child for child in children if not isinstance(child, verbs.Recording)]
    names = tuple(child.name for child in others if child.name)
    if len(names) < len(others):
        report("stream_without_name", "what has no name cannot be stopped")
    kept = tuple(child.name for child in children if isinstance(child, verbs.Recording))
    return verbs.Stop(names=names, recordings=kept, **values) if names or kept else None


def _message(values: Values, text: str, children: list[Any], report: Report) -> Any:
    body = "".join(child.text for child in children if isinstance(child, _Words)) or text
    media = tuple(child.url for child in children if isinstance(child, _Picture))
    if is_blank(body) and not media:
        report("empty_message", "<Message> says nothing; it was left out")
        return None
    return verbs.Message(body=body, media=media, **values)


class _Words:
    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class _Picture:
    __slots__ = ("url",)

    def __init__(self, url: str) -> None:
        self.url = url


def _body(_values: Values, text: str, _children: list[Any], _report: Report) -> Any:
    return _Words(text)


def _media(_values: Values, text: str, _children: list[Any], report: Report) -> Any:
    if not is_reference(text):
        report("bad_media_url", "the URL in <Media> is not an http or https URL; it was left out")
        return None
    return _Picture(text)


def _refer(values: Values, _text: str, children: list[Any], report: Report) -> Any:
    found = next((child for child in children if isinstance(child, verbs.Sip)), None)
    if found is None:
        report("nobody_to_dial", "<Refer> needs a <Sip> with a SIP URI")
        return BROKEN
    return verbs.Refer(target=found.uri, **values)


def _prompt(values: Values, _text: str, children: list[Any], report: Report) -> Any:
    if not values.get("for_") or not children:
        report("bad_prompt", "a <Prompt> needs the step it is for and something to be heard")
        return None
    return verbs.PayPrompt(prompts=tuple(children), **values)


def _pay(values: Values, _text: str, children: list[Any], report: Report) -> Any:
    pairs = tuple((child.name, child.value) for child in children if isinstance(child, _Pair))
    kept = tuple(pair for pair in pairs if len(pair[1]) <= PAYMENT_TEXT_CHARS)
    kept = kept[:PAYMENT_PARAMETERS_MAX]
    if len(kept) < len(pairs):
        report("too_many_parameters", "parameters that are too many or too long were left out")
    if "speech" in values.get("input", ()):
        report("attribute_without_effect", "a card is keyed in: what is said of it is not heard")
    prompts = tuple(child for child in children if isinstance(child, verbs.PayPrompt))
    return verbs.Pay(prompts=prompts[:PAYMENT_PROMPTS_MAX], parameters=kept, **values)


def _left_out(_values: Values, _text: str, _children: list[Any], _report: Report) -> Any:
    """What has no effect, and was reported where that matters."""
    return None


def _elsewhere(_values: Values, _text: str, _children: list[Any], report: Report) -> Any:
    """A target of Twilio's cloud that no exchange can ring."""
    report("unavailable_target", "that target lies in Twilio's cloud and cannot be dialled here")
    return None


def _plain(verb: type[Any]) -> Builder:
    def build(values: Values, _text: str, _children: list[Any], _report: Report) -> Any:
        return verb(**values)

    return build


BUILDERS: Final[dict[str, Builder]] = {
    "Say": _say,
    "Play": _play,
    "Pause": _plain(verbs.Pause),
    "Gather": _gather,
    "Pay": _pay,
    "Prompt": _prompt,
    "Record": _plain(verbs.Record),
    "Dial": _dial,
    "Number": _number,
    "Sip": _sip,
    "Uri": _uri,
    "Headers": _headers,
    "Header": _header,
    "Client": _client,
    "Identity": _identity,
    "Parameter": _parameter,
    "Conference": _conference,
    "Queue": _queue,
    "Enqueue": _enqueue,
    "Task": _task,
    "Leave": _plain(verbs.Leave),
    "Message": _message,
    "Sms": _message,
    "Body": _body,
    "Media": _media,
    "Redirect": _redirect,
    "Hangup": _ending(verbs.Hangup),
    "Reject": _ending(verbs.Reject),
    "Refer": _refer,
    "Sim": _elsewhere,
    "WhatsApp": _elsewhere,
    "Application": _application,
    "ApplicationSid": _application_sid,
    "Echo": _plain(verbs.Echo),
    "Stream": _stream,
    "Connect": _connect,
    "Recording": _plain(verbs.Recording),
    "Start": _start,
    "Transcription": _transcription,
    "Stop": _stop,
}
