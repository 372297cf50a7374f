"""``/v1/privacy/retention``: the rules, what the next sweep removes, and a sweep now."""

from __future__ import annotations

from litestar import get, post

from ringfence.api import views
from ringfence.api.common import Asked, require, use_cases


@get("/v1/privacy/retention")
async def show_rules(request: Asked) -> list[views.RetentionTerm]:
    """Return how long each kind of record is kept, and by whose law."""
    actor = await require(request)
    found: list[views.RetentionTerm] = await use_cases(request).run(
        "privacy.retention.rules", {}, actor=actor
    )
    return found


@get("/v1/privacy/retention/preview")
async def preview(request: Asked) -> list[views.SweepDue]:
    """Return what the next sweep will remove, kind by kind."""
    actor = await require(request)
    found: list[views.SweepDue] = await use_cases(request).run(
        "privacy.retention.preview", {}, actor=actor
    )
    return found


@post("/v1/privacy/retention/sweep", status_code=200)
async def sweep(request: Asked) -> list[views.SweepDue]:
    """Remove now what is older than it may be; what went, kind by kind."""
    actor = await require(request)
    found: list[views.SweepDue] = await use_cases(request).run(
        "privacy.retention.sweep", {}, actor=actor
    )
    return found


HANDLERS = (show_rules, preview, sweep)
