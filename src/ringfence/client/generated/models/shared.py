"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from typing import Any, Literal

import msgspec


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """An archive was made: the token fetches it once."""

    case: str
    token: str
    size: int
    sha256: str
    expires: int


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request was received: ``reference`` is the secret that leads back to it."""

    reference: str
    due: int
    letter: str


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case, for whoever handles it."""

    sid: str
    family: str
    kind: str
    state: str
    residence: str
    received: int
    due: int | None
    decided: int | None
    late: bool = False
    person: str | None = None
    facts: builtins.dict[str, Any] = {}
    words: builtins.dict[str, Any] = {}
    letter: str = ""
    can: builtins.list[str] = []
    steps: builtins.list[Step] = []


class CaseStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How far a request is, for whoever holds its reference."""

    kind: str
    state: str
    received: int
    due: int | None
    letter: str = ""
    archive: bool = False
    steps: builtins.list[Step] = []


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One word of somebody: given, refused, withdrawn."""

    purpose: str
    channel: str
    state: str
    how: str
    by: str
    at: int
    text: str | None = None


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one person chose. The number itself is not repeated."""

    now: builtins.list[Standing]
    history: builtins.list[Choice]
    do_not_call: bool
    no_marketing: bool
    restricted: builtins.list[str]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A callback that waits, or that was given up."""

    sid: str
    call: str | None
    subject: str
    kind: str
    event: str | None
    source: str | None
    state: str
    attempts: int
    error: str | None
    created: int
    due: int


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """Said when everything went well and there is nothing else to say."""

    done: bool = True


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """A URL that is asked or told something, and how."""

    url: str
    method: str


class HookWanted(msgspec.Struct, frozen=True, kw_only=True):
    """A URL and how it is asked, or one of them; an empty ``url`` takes a hook away."""

    url: str | None = None
    method: str | None = None


class Listened(msgspec.Struct, frozen=True, kw_only=True):
    """How it is found out by ear whether a person or a machine answers. ``to_the_end``: until a machine's words are over. ``beside``: the program does not wait for it; ``status_url`` is told."""

    to_the_end: bool = False
    beside: bool = False
    timeout_s: int = 30
    speech_ms: int = 2400
    speech_end_ms: int = 1200
    silence_ms: int = 5000
    status_url: str | None = None
    status_method: str = "POST"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One text message."""

    sid: str
    direction: str
    status: str
    about: str
    to: str | None = None
    sender: str | None = None
    withheld: str | None = None
    body: str | None = None
    segments: int
    media: int
    created: int
    changed: int
    sent: int | None = None
    due: int | None = None
    expires: int | None = None
    attempts: int
    carrier: str | None = None
    campaign: str | None = None
    template: str | None = None
    cause: str | None = None
    error: int | None = None
    outcome: str | None = None
    unread: bool = False
    price: str | None = None
    currency: str | None = None


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """A number and what answers it: at most one of ``flow``, ``voice_url``, ``twiml`` is set."""

    sid: str
    number: str
    flow: str | None = None
    voice_url: str | None = None
    voice_method: str | None = None
    twiml: bool = False
    application: str | None = None
    sms_application: str | None = None
    sms_flow: str | None = None
    hooks: builtins.dict[str, Hook] = {}
    name: str = ""
    caller_name_lookup: bool = False
    trunk: str | None = None
    address: str | None = None
    emergency_address: str | None = None
    emergency: bool = False
    bundle: str | None = None
    identity: str | None = None
    stock: NumberStock | None = None
    created: int
    problems: builtins.list[Problem] = []


class NumberStock(msgspec.Struct, frozen=True, kw_only=True):
    """What a trunk's range says of a number. ``address``: none, any, local, foreign."""

    voice: bool = True
    sms: bool = False
    mms: bool = False
    fax: bool = False
    beta: bool = False
    address: str = "none"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a document, and where (a JSON path or ``line 12``). ``level``: ``error`` where the document cannot be used, ``warning`` where it can."""

    where: str
    text: str
    level: Literal["error", "warning"] = "error"


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """How a call is recorded, from its answer on or from now on, where it may be. ``track``: both, inbound, outbound; ``dual``: each side in a channel of its own; ``trim``: without silence at its ends. ``status_url`` is told of ``status_events``."""

    dual: bool = False
    track: str = "both"
    trim: bool = False
    status_url: str | None = None
    status_method: str = "POST"
    status_events: builtins.list[str] | None = None


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """A recording or voicemail; its audio is sealed and read with ``recording.export``."""

    sid: str
    call: str
    kind: str
    status: str
    reason: str | None = None
    created: int
    duration_ms: int | None = None
    channels: int = 1
    size: int | None = None
    source: str = "dial"
    track: str = "both"
    conference: str | None = None
    price: str | None = None
    currency: str | None = None


class SipList(msgspec.Struct, frozen=True, kw_only=True):
    """A list of credentials or of addresses."""

    sid: str
    name: str
    created: int
    changed: int


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for one purpose and channel now: given, refused, unknown."""

    purpose: str
    channel: str
    consent: str


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a case."""

    at: int
    action: str
    state: str
    by: str = ""
    words: str = ""


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """A server that hears a call. ``status``: in-progress or stopped."""

    sid: str
    call: str
    status: str
    name: str = ""


class Trunk(msgspec.Struct, frozen=True, kw_only=True):
    """A connection to a carrier or PBX."""

    name: str
    sid: str
    address: str | None = None
    register: bool = False
    transport: str = "udp"
    state: str
    detail: str | None = None
    sees_us_at: str | None = None
    not_found: int = 0
    not_found_at: int | None = None
    expires: int | None = None
    created: int
    secret: str | None = None


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """Long work: how far it is, and what came of it."""

    sid: str
    kind: str
    state: str
    step: str
    done: int
    total: int
    begun: int
    ended: int | None = None
    error: str | None = None
    reason: str | None = None
    result: Any | None = None
