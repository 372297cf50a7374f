"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from typing import Literal, NotRequired, TypedDict

import msgspec


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """A flow; ``document`` is the JSON document on ``flow.show`` alone."""

    name: str
    sid: str
    version: int
    created: int
    changed: int
    document: FlowDocument | None = None


class FlowApplet(TypedDict):
    """One applet: what it is and its fields; which of them each type has is in the reference."""

    answer_first: NotRequired[bool]
    beep: NotRequired[bool]
    busy: NotRequired[str | bool]
    caller_id: NotRequired[str]
    choices: NotRequired[builtins.dict[str, str]]
    closed: NotRequired[str]
    dates: NotRequired[builtins.dict[str, builtins.list[FlowSpan]]]
    digits: NotRequired[int]
    empty: NotRequired[str]
    finish_on: NotRequired[str]
    flow: NotRequired[str]
    given: NotRequired[str]
    invalid: NotRequired[str | FlowPrompt | builtins.list[str | FlowPrompt]]
    language: NotRequired[str]
    media: NotRequired[builtins.list[str]]
    method: NotRequired[str]
    minutes: NotRequired[int]
    next: NotRequired[str]
    numbers: NotRequired[builtins.list[str]]
    open: NotRequired[str]
    otherwise: NotRequired[str]
    prompt: NotRequired[str | FlowPrompt | builtins.list[str | FlowPrompt]]
    purpose: NotRequired[str]
    record: NotRequired[bool]
    refused: NotRequired[str]
    seconds: NotRequired[int]
    sequential: NotRequired[bool]
    silence: NotRequired[str | FlowPrompt | builtins.list[str | FlowPrompt] | int]
    sip: NotRequired[builtins.list[str]]
    template: NotRequired[str]
    text: NotRequired[str]
    time_limit: NotRequired[int]
    timeout: NotRequired[int]
    timezone: NotRequired[str]
    to: NotRequired[str]
    tries: NotRequired[int]
    type: Literal[
        "ask",
        "dial",
        "echo",
        "forward",
        "gather",
        "goto",
        "greeting",
        "hangup",
        "hours",
        "inbox",
        "keywords",
        "menu",
        "opt_in",
        "reject",
        "reply",
        "url",
        "voicemail",
    ]
    unanswered: NotRequired[str]
    url: NotRequired[str]
    values: NotRequired[builtins.list[str]]
    weekly: NotRequired[builtins.list[FlowSpan]]
    with_number: NotRequired[bool]
    words: NotRequired[builtins.dict[str, str]]
    yes: NotRequired[builtins.list[str]]


class FlowDocument(TypedDict):
    """A flow: the version of the format (1), where it starts, and its applets by name."""

    applets: builtins.dict[str, FlowApplet]
    language: NotRequired[str]
    ringfence_flow: int
    start: str
    title: NotRequired[str]
    voice: NotRequired[str]


class FlowPrompt(TypedDict):
    """What is spoken, played, or how long is waited: exactly one of text, audio and pause."""

    audio: NotRequired[str]
    language: NotRequired[str]
    loop: NotRequired[int]
    pause: NotRequired[int]
    text: NotRequired[str]
    voice: NotRequired[str]


FlowSpan = TypedDict(
    "FlowSpan",
    {
        "days": NotRequired[
            builtins.list[Literal["fri", "mon", "sat", "sun", "thu", "tue", "wed"]]
        ],
        "from": str,
        "to": str,
    },
)
