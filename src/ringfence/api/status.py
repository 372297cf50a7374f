"""The status page, health and metrics: how the installation is."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from litestar import Response, get
from litestar.enums import MediaType

from ringfence.api import views
from ringfence.api.common import Asked, identify, is_local, require, use_cases
from ringfence.api.use_cases import PUBLIC
from ringfence.observe import metrics

if TYPE_CHECKING:
    from jinja2 import Template

CALLS_SHOWN = 20


@get("/", media_type=MediaType.HTML)
async def status_page(request: Asked) -> str:
    """Show whether calls are taken; to whoever signed in, how everything is."""
    office = use_cases(request)
    actor = await identify(request)
    context: dict[str, Any] = {
        "health": await office.run("system.health", {}, actor=actor or PUBLIC),
        "status": None,
    }
    if actor is not None:
        status: views.Status = await office.run("system.status", {}, actor=actor)
        recent: views.CallPage = await office.run("call.list", {"limit": CALLS_SHOWN}, actor=actor)
        account = await office.run("account.show", {}, actor=actor)
        pending = await office.run("privacy.policy.pending", {}, actor=actor)
        context |= {"status": status, "pending": pending, "calls": recent.calls, "account": account}
        context["up"] = _seconds(_age(status))
    return _template().render(context | {"instant": _instant, "seconds": _seconds})


@get("/status.css", media_type=MediaType.CSS)
async def stylesheet() -> str:
    """Return the page's style."""
    return _resource("status.css")


@get("/health")
async def health(request: Asked) -> Response[dict[str, str]]:
    """Answer 200 while calls are taken with audio, 503 while not; no sign-in."""
    found: views.Health = await use_cases(request).run("system.health", {}, actor=PUBLIC)
    code = 200 if found.state == "ok" else 503
    return Response({"status": found.state}, status_code=code)


@get("/metrics")
async def scrape(request: Asked) -> Response[bytes]:
    """Return the metrics as Prometheus reads them; from elsewhere than this machine, sign in."""
    actor = PUBLIC if is_local(request) else await require(request)
    measured: views.Metrics = await use_cases(request).run("system.metrics", {}, actor=actor)
    return Response(metrics.render(measured.values), media_type=metrics.CONTENT_TYPE)


def _age(status: views.Status) -> int:
    return max(0, time.time_ns() // 1_000_000 - status.started)


def _instant(milliseconds: int | None) -> str:
    if milliseconds is None:
        return "–"
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")


def _seconds(milliseconds: int | None) -> str:
    if milliseconds is None:
        return "–"
    seconds = milliseconds // 1000
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds % 60} s"


@cache
def _resource(name: str) -> str:
    from importlib.resources import files

    return files("ringfence.api").joinpath("templates", name).read_text("utf-8")


@cache
def _template() -> Template:
    from jinja2 import Environment  # only whoever looks at the page pays for the engine

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_resource("status.html"))
