"""The document of a flow, as clients write and read it: the shape of ``ringfence.flows.reading``.

A document is taken as any JSON object, so that everything that is wrong with it can be said at
once and where; these types are what the description of the API and its client say of it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, Required, TypedDict

import msgspec

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

FlowSpan = TypedDict("FlowSpan", {"days": NotRequired[list[Day]], "from": str, "to": str})
"""Hours of a day, e.g. ``09:00`` to ``17:30``; ``days`` stand in ``weekly`` alone."""


class FlowPrompt(TypedDict, total=False):
    """What is spoken, played, or how long is waited: exactly one of text, audio and pause."""

    text: str
    voice: str
    language: str
    audio: str
    pause: int
    loop: int


Prompt = str | FlowPrompt | list[str | FlowPrompt]


class FlowApplet(TypedDict, total=False):
    """One applet: what it is and its fields; which of them each type has is in the reference."""

    type: Required[
        Literal[
            "greeting", "menu", "gather", "hours", "dial", "voicemail", "echo", "goto", "url",
            "hangup", "reject", "reply", "keywords", "ask", "forward", "opt_in", "inbox",
        ]
    ]  # fmt: skip
    prompt: Prompt
    next: str
    choices: dict[str, str]
    timeout: int
    tries: int
    invalid: Prompt
    silence: Prompt | int
    otherwise: str
    digits: int
    finish_on: str
    url: str
    method: str
    empty: str
    timezone: str
    weekly: list[FlowSpan]
    dates: dict[str, list[FlowSpan]]
    open: str
    closed: str
    numbers: list[str]
    sip: list[str]
    time_limit: int
    sequential: bool
    caller_id: str
    record: bool
    answer_first: bool
    unanswered: str
    busy: str | bool
    seconds: int
    beep: bool
    to: str
    flow: str
    text: str
    template: str
    values: list[str]
    media: list[str]
    words: dict[str, str]
    minutes: int
    with_number: bool
    purpose: str
    language: str
    yes: list[str]
    given: str
    refused: str


class FlowDocument(TypedDict):
    """A flow: the version of the format (1), where it starts, and its applets by name."""

    ringfence_flow: int
    start: str
    applets: dict[str, FlowApplet]
    title: NotRequired[str]
    voice: NotRequired[str]
    language: NotRequired[str]


DOCUMENTS = ("FlowApplet", "FlowDocument", "FlowPrompt", "FlowSpan")
"""Shapes of JSON that clients write by hand: in the client they are dictionaries."""

Document = Annotated[
    dict[str, Any],
    msgspec.Meta(extra_json_schema={"$ref": "#/components/schemas/FlowDocument"}),
]
"""A document as it is taken and answered."""
