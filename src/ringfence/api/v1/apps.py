"""``/v1/apps`` and ``/v1/app-grants``: apps of others, and what they were allowed.

Only the owner's credentials open these; a secret is in the answer that made it and nowhere else.
"""

from __future__ import annotations

from ringfence.api import views_apps as views
from ringfence.api.resources import Body, resource


class AppWanted(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/apps``. ``redirects``: where a browser may be sent back to."""

    name: str
    scopes: list[str]
    purposes: list[str]
    redirects: list[str] | None = None
    role: str = "admin"


class OfApp(Body, frozen=True, kw_only=True):
    """The query of ``GET /v1/app-grants``: those of one app."""

    app: str | None = None


HANDLERS = (
    resource("GET /v1/apps", "app.list", list[views.App], "Every app, revoked ones too."),
    resource("POST /v1/apps", "app.add", views.App,
             "Make an app; its secret is in this answer only.", body=AppWanted, status=201),
    resource("POST /v1/apps/{sid:str}/revoke", "app.revoke", views.App,
             "End an app at once, with everything it was allowed."),
    resource("GET /v1/app-grants", "app.grants", list[views.Grant],
             "What stands: who allowed which app what.", query=OfApp),
    resource("POST /v1/app-grants/{sid:str}/end", "app.end_grant", None,
             "Allow an app no longer what it was allowed."),
)  # fmt: skip
