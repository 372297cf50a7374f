"""``POST /v1/calls/SID/simulate``: what would happen in a call that was recorded."""

from __future__ import annotations

from typing import Literal

from ringfence.api import bounds
from ringfence.api import views_simulation as views
from ringfence.api.resources import Body, resource


class Simulate(Body, frozen=True, kw_only=True):
    """The body: one of ``url``, ``twiml`` and ``flow``; see the use case ``call.simulate``."""

    url: str | None = None
    method: Literal["GET", "POST"] = "POST"
    twiml: bounds.Markup | None = None
    flow: str | None = None
    digits: list[str] | None = None
    """What is pressed at each question, instead of what was pressed in the call."""
    dial: Literal["completed", "busy", "no_answer", "failed", "cancelled"] = "no_answer"
    fetch: bool = False
    """Really ask the servers, with the header ``X-Ringfence-Simulation``."""


HANDLERS = (
    resource("POST /v1/calls/{sid:str}/simulate", "call.simulate", views.Simulation,
             "Run a flow, a URL or a document with the caller of a recorded call, without a call.",
             body=Simulate),
)  # fmt: skip
