"""``/v1/webhooks``: servers that are told, as JSON, what happens to text messages."""

from __future__ import annotations

from ringfence.api import views_webhooks as views
from ringfence.api.resources import Body, resource


class WebhookAdd(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/webhooks``; ``events``: names, without it all there are."""

    url: str
    events: list[str] | None = None


HANDLERS = (
    resource("GET /v1/webhooks", "webhook.list", list[views.Webhook], "Who is told of events."),
    resource(
        "POST /v1/webhooks",
        "webhook.add",
        views.Webhook,
        "Have a server told of events: `message.received`, `message.sent`, `message.delivered`, "
        "`message.undelivered`, `message.failed`, `message.canceled`, `message.read`.",
        body=WebhookAdd,
        status=201,
    ),
    resource("GET /v1/webhooks/{sid:str}", "webhook.show", views.Webhook, "One of them."),
    resource(
        "DELETE /v1/webhooks/{sid:str}",
        "webhook.remove",
        None,
        "Tell it nothing more; what waits already is told.",
    ),
)
