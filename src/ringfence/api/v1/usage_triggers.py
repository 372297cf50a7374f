"""``/v1/usage-triggers``: a URL is told when that much was used."""

from __future__ import annotations

from ringfence.api import views_desk as views
from ringfence.api.resources import Body, resource


class UsageTriggerAdd(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/usage-triggers``."""

    category: str
    value: str
    url: str
    method: str = "POST"
    by: str = "usage"
    recurring: str = "alltime"
    name: str = ""


class UsageTriggerChange(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/usage-triggers/{sid}``."""

    name: str | None = None
    url: str | None = None
    method: str | None = None


HANDLERS = (
    resource(
        "GET /v1/usage-triggers",
        "usage.trigger.list",
        list[views.UsageTrigger],
        "Every trigger, and how much was used by now.",
    ),
    resource(
        "POST /v1/usage-triggers",
        "usage.trigger.add",
        views.UsageTrigger,
        "Have a server told once a category reaches an amount; `+5`: five more than now.",
        body=UsageTriggerAdd,
        status=201,
    ),
    resource(
        "GET /v1/usage-triggers/{sid:str}", "usage.trigger.show", views.UsageTrigger, "One trigger."
    ),
    resource(
        "POST /v1/usage-triggers/{sid:str}",
        "usage.trigger.change",
        views.UsageTrigger,
        "Change its name, or who is told.",
        body=UsageTriggerChange,
    ),
    resource(
        "DELETE /v1/usage-triggers/{sid:str}", "usage.trigger.remove", None, "Tell nobody any more."
    ),
)
