"""``/v1/accounts``: the account and those below it; suspended, taken up again, closed."""

from __future__ import annotations

from ringfence.api import views
from ringfence.api.resources import Body, resource


class AccountAdd(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/accounts``."""

    name: str
    trial: bool = False


class AccountChange(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/accounts/{sid}``."""

    name: str | None = None
    status: str | None = None


class NumberMove(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/accounts/{to}/numbers``: which number, of which account until now."""

    sid: str
    source: str | None = None


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
        "Make an account below this one; its token is told this once. A `trial` one lives on its "
        "own credit.",
        body=AccountAdd,
        status=201,
    ),
    resource("GET /v1/accounts/{sid:str}", "account.find", views.Account, "One of them."),
    resource(
        "POST /v1/accounts/{sid:str}",
        "account.change",
        views.Account,
        "Rename one, or make it `suspended`, `active` again, `full` after a trial, or `closed` for "
        "ever.",
        body=AccountChange,
    ),
    resource(
        "POST /v1/accounts/{to:str}/numbers",
        "number.move",
        views.Number,
        "Give a number of one account to another; its SID and what was said of it stay.",
        body=NumberMove,
    ),
)
