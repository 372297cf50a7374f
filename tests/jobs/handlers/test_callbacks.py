"""Callbacks: sealed while they wait, told until a 2xx."""

import asyncio

import pytest

from ringfence.jobs.handlers.callbacks import DeliverCallback, callback_job
from ringfence.kernel.errors import RemoteError
from ringfence.privacy import purposes

PARAMS = [("From", "+12025550123"), ("CallStatus", "completed"), ("From", "again")]


def job(**changes):
    fields = {
        "call": "CA1",
        "account": "AC1",
        "party": "PA1",
        "url": "https://example.com/cb",
        "method": "POST",
        "params": PARAMS,
    }
    return callback_job(**(fields | changes))


def deliver(status):
    sent, opened = [], []

    async def send(call, url, method, params):
        assert call == "CA1"
        sent.append((url, method, params))
        if isinstance(status, BaseException):
            raise status
        return status

    def secret(asked):
        opened.append(purposes.current())
        return asked.secret

    return DeliverCallback(send, secret), sent, opened


def test_what_identifies_anybody_is_in_the_sealed_part():
    made = job()
    assert made.body == {"call": "CA1"}
    assert b"2025550123" in made.secret
    assert (made.party, made.account, made.kind) == ("PA1", "AC1", "callback")


def test_a_callback_is_told_as_it_was_asked():
    handler, sent, opened = deliver(204)
    asyncio.run(handler(job(), 1))
    assert sent == [("https://example.com/cb", "POST", PARAMS)]
    assert opened == ["deliver_content"]


@pytest.mark.parametrize("status", [199, 302, 400, 404, 429, 500, 503])
def test_anything_but_a_2xx_is_not_delivered(status):
    handler, _, _ = deliver(status)
    with pytest.raises(RemoteError) as error:
        asyncio.run(handler(job(), 1))
    assert error.value.hint == status


@pytest.mark.parametrize("error", [ConnectionRefusedError(), TimeoutError(), OSError()])
def test_no_answer_is_tried_again(error):
    handler, _, _ = deliver(error)
    with pytest.raises(RemoteError) as raised:
        asyncio.run(handler(job(), 1))
    assert raised.value.hint == 502


def test_a_callback_is_tried_for_hours():
    handler, _, _ = deliver(200)
    assert handler.tries.count > 10
