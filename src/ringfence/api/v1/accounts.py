"""``/v1/accounts``: the account and those below it; suspended, taken up again, closed."""

from __future__ import annotations

from ringfence.api import views
from ringfence.api.resources import Body, resource


class AccountAdd(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/accounts``."""

    name: str = ""


class AccountChange(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/accounts/{sid}``."""

    name: str | None = None
    status: str | None = None


HANDLERS = (
    resource(
        "GET /v1/accounts",
        "account.list",
        list[views.Account],
        "Every account below this one, closed ones too; never a token.",
    ),
    resource(
        "POST /v1/accounts",
        "account.add",
        views.Account,
        "Make an account below this one; its token is told this once.",
        body=AccountAdd,
        status=201,
    ),
    resource("GET /v1/accounts/{sid:str}", "account.find", views.Account, "One of them."),
    resource(
        "POST /v1/accounts/{sid:str}",
        "account.change",
        views.Account,
        "Rename one, or make it `suspended`, `active` again or `closed` for ever.",
        body=AccountChange,
    ),
)
