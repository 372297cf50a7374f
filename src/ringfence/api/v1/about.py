"""``/v1/account``, ``bans``, ``system``, ``settings``, ``roles``, ``privacy/promises``."""

from __future__ import annotations

from ringfence.api import views, views_about
from ringfence.api.resources import Body, resource


class Company(Body, frozen=True, kw_only=True):
    """The query of ``GET /v1/privacy/promises``: one policy alone."""

    company: str | None = None


class Banned(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/bans/lift``: an address is somebody's and stands in no path."""

    address: str


HANDLERS = (
    resource("GET /v1/account", "account.show", views.Account, "The account of this installation."),
    resource("GET /v1/system", "system.status", views.Status, "How the running installation is."),
    resource("GET /v1/system/health", "system.health", views.Health,
             "Whether calls are taken with audio."),
    resource("GET /v1/system/metrics", "system.metrics", views.Metrics,
             "Counters, none of which is about a person."),
    resource("GET /v1/bans", "ban.list", list[views_about.Ban],
             "Addresses that get no answer by SIP at present, the last one first."),
    resource("POST /v1/bans/lift", "ban.lift", views_about.Ban,
             "An address is answered again.", body=Banned),
    resource("GET /v1/settings", "settings.show", list[views_about.Setting],
             "Every setting and where its value comes from; no secret."),
    resource("GET /v1/roles", "role.list", list[views_about.Role],
             "Every role that may be handed out, and the purposes it has."),
    resource("GET /v1/privacy/promises", "privacy.promise.list", list[views_about.Promise],
             "The clauses of the policies, and what keeps each.", query=Company),
)  # fmt: skip
