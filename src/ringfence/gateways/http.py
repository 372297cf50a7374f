"""A payment processor over HTTP, by its template.

A charge is asked for once. Where no answer comes nobody knows whether money moved, and the outcome
says so (``unknown``). Only a processor that knows a payment by its id (``idempotent``) is asked a
second time, under the same id, while the digits are still in memory. After a kill they are not, so
nothing can be asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ringfence.accounts.filling import Fetch, Request
from ringfence.accounts.payments import PaymentConnector
from ringfence.gateways import template
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import PAYMENT_ANSWER_BYTES, PAYMENT_ANSWER_MS
from ringfence.payments.charge import Charge, Outcome, unknown, unreached
from ringfence.payments.order import PaymentOrder

Release = Callable[[Mapping[str, str]], dict[str, str]]
"""What of the values may leave for a processor; raises `Refused` where nothing may."""

_NEVER_SENT = {
    "bad_url": "not_secure",
    "fetch_refused": "not_secure",
    "fetch_host_unknown": "unreachable",
    "fetch_tls": "unreachable",
    "fetch_certificate": "not_secure",
    "fetch_certificate_name": "not_secure",
    "fetch_certificate_expired": "not_secure",
}
"""Failures before the first byte of a request; any other may have come after the charge."""
_SECRET = ("card_number", "account_number", "security_code")


class HttpGateway:
    """A `Gateway`; see `ringfence.payments.charge`."""

    def __init__(self, connector: PaymentConnector, *, fetch: Fetch, release: Release) -> None:
        self._connector = connector
        self._fetch = fetch
        self._release = release

    async def charge(self, charge: Charge, /) -> Outcome:
        """Ask, and once more where no answer came and that cannot charge twice."""
        order = charge.order
        try:
            told = self._release(template.values(self._connector, charge))
            request = template.request(self._connector, order, told)
        except Refused:
            return unreached("not_secure", order)
        secrets = tuple(told.get(name, "") for name in _SECRET)
        outcome = await self._ask(request, order, secrets)
        if outcome.standing == "unknown" and self._connector.idempotent:
            outcome = await self._ask(request, order, secrets)
        return outcome

    async def _ask(
        self, request: Request, order: PaymentOrder, secrets: tuple[str, ...]
    ) -> Outcome:
        reply = await self._fetch(
            request, limit=int(PAYMENT_ANSWER_BYTES), total_ms=int(PAYMENT_ANSWER_MS)
        )
        if reply.status:
            return template.judge(self._connector, order, reply.status, reply.body, secrets=secrets)
        never = _NEVER_SENT.get(reply.failure)
        return unknown("no_answer", order) if never is None else unreached(never, order)
