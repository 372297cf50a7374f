"""A processor over HTTP: asked once, and a second time where that cannot charge twice."""

import asyncio
from dataclasses import replace

import pytest

from ringfence.accounts.filling import Reply
from ringfence.accounts.payments import PaymentConnector
from ringfence.gateways.http import HttpGateway
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.secret import SecretDigits
from ringfence.payments.charge import Charge
from ringfence.payments.entries import Entries
from ringfence.payments.order import PaymentOrder

CONNECTOR = PaymentConnector(name="x", url="https://pay.example.com/charge")
GOOD = Reply(200, b'{"charge_id": "ch_1"}')


class Far:
    """Answers in turn what it was told to."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.asked: list[bytes] = []

    async def __call__(self, request, *, limit: int, total_ms: int) -> Reply:
        assert limit > 0
        assert total_ms > 0
        self.asked.append(request.body)
        return self.replies.pop(0)


def charge(far: Far, connector: PaymentConnector = CONNECTOR, release=dict):
    order = PaymentOrder(amount="20.45", postal_code=False)
    entries = Entries(order)
    entries.take("payment-card-number", SecretDigits("4242424242424242"), Ms(0))
    gateway = HttpGateway(connector, fetch=far, release=release)
    return asyncio.run(gateway.charge(Charge(id="PK1", order=order, entries=entries)))


def test_an_answer_is_judged() -> None:
    far = Far(GOOD)
    assert charge(far).confirmation == "ch_1"
    assert len(far.asked) == 1


@pytest.mark.parametrize(
    "reply", [Reply(failure="fetch_timed_out"), Reply(failure="fetch_failed"), Reply(status=502)]
)
def test_without_an_answer_nobody_is_asked_again(reply: Reply) -> None:
    far = Far(reply, GOOD)
    outcome = charge(far)
    assert outcome.standing == "unknown"
    assert len(far.asked) == 1


def test_who_knows_payments_by_their_id_is_asked_once_more_and_the_same() -> None:
    far = Far(Reply(failure="fetch_timed_out"), GOOD)
    outcome = charge(far, replace(CONNECTOR, idempotent=True))
    assert outcome.standing == "approved"
    assert far.asked[0] == far.asked[1]
    far = Far(Reply(failure="fetch_timed_out"), Reply(failure="fetch_timed_out"), GOOD)
    assert charge(far, replace(CONNECTOR, idempotent=True)).standing == "unknown"


@pytest.mark.parametrize(
    ("failure", "code"),
    [("fetch_refused", "not_secure"), ("bad_url", "not_secure"),
     ("fetch_host_unknown", "unreachable"), ("fetch_certificate_name", "not_secure")],
)  # fmt: skip
def test_what_never_left_charged_nobody(failure: str, code: str) -> None:
    outcome = charge(Far(Reply(failure=failure)))
    assert (outcome.standing, outcome.code) == ("unreached", code)


def test_what_may_not_leave_does_not() -> None:
    def refused(_fields):
        raise Refused("purpose_not_allowed", "no")

    far = Far(GOOD)
    assert charge(far, release=refused).standing == "unreached"
    assert not far.asked
