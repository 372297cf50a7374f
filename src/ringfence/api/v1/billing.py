"""``/v1/tariffs`` and ``/v1/balance``: what things cost, and what is left."""

from __future__ import annotations

from ringfence.api import bounds
from ringfence.api import views_billing as views
from ringfence.api.resources import Body, Instant, resource


class TariffQuery(Body, frozen=True, kw_only=True):
    """The query of ``GET /v1/tariffs``: whose versions."""

    sid: str | None = None


class RateSet(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/tariffs/rates``."""

    service: str
    price: str
    to: str = ""
    per: str = ""
    increment: str = ""
    currency: str | None = None
    sid: str | None = None
    since: Instant | None = None


class RateRemove(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/tariffs/rates/remove``."""

    service: str
    to: str = ""
    sid: str | None = None
    since: Instant | None = None


class TariffImport(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/tariffs``: the text of a file, TOML or CSV."""

    text: bounds.Rates
    currency: str | None = None
    sid: str | None = None
    since: Instant | None = None


class BalanceMove(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/balance/credits``; ``sid``: of a trial account below this one."""

    amount: str
    reason: str = ""
    sid: str | None = None


class BalanceAdjust(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/balance/adjustments``."""

    amount: str
    reason: str
    sid: str | None = None


class BalanceLimit(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/balance/limit``."""

    amount: str | None = None
    sid: str | None = None


HANDLERS = (
    resource(
        "GET /v1/tariffs",
        "tariff.list",
        list[views.Tariff],
        "Every version of the installation's tariff, or of an account's own (`sid`).",
        query=TariffQuery,
    ),
    resource(
        "GET /v1/tariffs/current",
        "tariff.show",
        views.Tariff | None,
        "What the account pays by at present; null: nothing costs.",
    ),
    resource(
        "POST /v1/tariffs",
        "tariff.import",
        views.Tariff,
        "Set a whole tariff from the text of a TOML or CSV file: a new version.",
        body=TariffImport,
        status=201,
    ),
    resource(
        "POST /v1/tariffs/rates",
        "tariff.set",
        views.Tariff,
        "Set one rate: a new version, with the other rates of the newest one.",
        body=RateSet,
        status=201,
    ),
    resource(
        "POST /v1/tariffs/rates/remove",
        "tariff.remove",
        views.Tariff,
        "Take one rate out: a new version without it.",
        body=RateRemove,
        status=201,
    ),
    resource(
        "GET /v1/balance",
        "balance.show",
        views.Balance,
        "What is left to the account, and who pays for it.",
    ),
    resource(
        "GET /v1/balance/movements",
        "balance.movements",
        list[views.Movement],
        "Credits, adjustments and fees, the newest first.",
        paged=True,
    ),
    resource(
        "POST /v1/balance/credits",
        "balance.credit",
        views.Balance,
        "Top up the balance, or that of a trial account below this one.",
        body=BalanceMove,
        status=201,
    ),
    resource(
        "POST /v1/balance/adjustments",
        "balance.adjust",
        views.Balance,
        "Add to a balance, or take away (`-1.50`), and say why.",
        body=BalanceAdjust,
        status=201,
    ),
    resource(
        "POST /v1/balance/limit",
        "balance.limit",
        views.Balance,
        "Say how far below nothing a balance may go.",
        body=BalanceLimit,
    ),
)
