"""``/v1/keys`` and ``/v1/privacy/staff-tickets``: who may come in, and for what.

Only the owner's credentials open these; a secret is in the answer that made it and nowhere else.
"""

from __future__ import annotations

from ringfence.api import views_choices as views
from ringfence.api.resources import Body, resource


class KeyWanted(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/keys``: ``days`` None for a key that lasts until revoked."""

    name: str
    purposes: list[str]
    role: str = "admin"
    days: int | None = None


class KeyRenamed(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/keys/SID/rename``."""

    name: str


class TicketWanted(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/privacy/staff-tickets``."""

    matter: str
    minutes: int = 60


_TICKETS = "/v1/privacy/staff-tickets"

HANDLERS = (
    resource("POST /v1/keys", "key.add", views.Key,
             "Make an API key for these purposes alone; its secret is in this answer only.",
             body=KeyWanted, status=201),
    resource("GET /v1/keys", "key.list", list[views.Key],
             "Every key, revoked ones too; never a secret."),
    resource("POST /v1/keys/{sid:str}/rename", "key.rename", views.Key,
             "Say anew what a key is for; whom it lets in stays.", body=KeyRenamed),
    resource("POST /v1/keys/{sid:str}/revoke", "key.revoke", views.Key, "End a key at once."),
    resource(f"POST {_TICKETS}", "privacy.ticket.open", views.Ticket,
             "Let people of the host see how calls went, for a time; the secret is here only.",
             body=TicketWanted, status=201),
    resource(f"GET {_TICKETS}", "privacy.ticket.list", list[views.Ticket],
             "Every ticket, closed ones too."),
    resource(f"POST {_TICKETS}/{{sid:str}}/close", "privacy.ticket.close", views.Ticket,
             "End a time box now."),
)  # fmt: skip
