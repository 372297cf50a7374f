"""The fake carrier: registrations by digest, calls to its subscribers, calls from it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from ringfence.testing.carrier import BUSY, SLOW, Carrier, Subscriber
from ringfence.testing.phone import CallFailed, Phone

CALLER = "+12025550123"
DIALLED = "+12025550150"


def pair(hosts, **options) -> tuple[Carrier, Phone]:
    """A carrier and the exchange of its customer, played by a phone."""
    carrier = Carrier(username="office", password="right", place=hosts.at(9), **options)
    return carrier, Phone(username="office", password="right", place=hosts.at(1))


def test_a_call_to_a_subscriber_is_challenged_rings_and_is_answered(
    play: Callable[..., None],
) -> None:
    async def scene(hosts) -> None:
        carrier, office = pair(hosts)
        async with carrier, office:
            carrier.subscribers[DIALLED] = Subscriber(after_ms=700)
            began = hosts.clock.now()
            call = await office.call(f"sip:{DIALLED}@192.0.2.9:{carrier.port}")
            assert hosts.clock.now() - began == 700
            taken = await carrier.next_call()
            assert carrier.taken == [taken]
            assert 'username="office"' in taken.invite.headers.get("Authorization")
            await call.hang_up()
            await taken.wait_over()

    play(scene)


@pytest.mark.parametrize(
    ("subscriber", "status"),
    [(BUSY, 486), (Subscriber(status=503, q850=34), 503), (None, 404)],
)
def test_a_subscriber_may_refuse(
    play: Callable[..., None], subscriber: Subscriber | None, status: int
) -> None:
    async def scene(hosts) -> None:
        carrier, office = pair(hosts)
        async with carrier, office:
            if subscriber is not None:
                carrier.subscribers[DIALLED] = subscriber
            call = office.dial(f"sip:{DIALLED}@192.0.2.9:{carrier.port}")
            await call.wait_over()
            assert call.end.status == status
            assert call.end.q850 == (subscriber.q850 if subscriber else None)
            assert call.ringing.is_set() is (subscriber is not None)

    play(scene)


def test_a_subscriber_may_never_answer(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        carrier, office = pair(hosts)
        async with carrier, office:
            carrier.others = SLOW
            call = office.dial(f"sip:{DIALLED}@192.0.2.9:{carrier.port}")
            await asyncio.sleep(120)
            assert not call.over.is_set()
            await call.hang_up()

    play(scene)


@pytest.mark.parametrize("style", ["number", "contact"])
def test_a_call_from_it_goes_where_the_account_registered(
    play: Callable[..., None], style: str
) -> None:
    async def scene(hosts) -> None:
        carrier, office = pair(hosts, style=style)
        async with carrier, office:
            await office.register(f"sip:192.0.2.9:{carrier.port}")
            await carrier.registered()
            calling = asyncio.create_task(
                carrier.call(DIALLED, caller="+12025550199", identity=CALLER)
            )
            called = await office.next_call()
            invite = called.invite
            assert invite.uri.user == (DIALLED if style == "number" else "office")
            assert invite.to.uri.user == DIALLED
            assert invite.from_.uri.user == "+12025550199"
            assert CALLER in invite.headers.get("P-Asserted-Identity")
            assert DIALLED in invite.headers.get("P-Called-Party-ID")
            await called.answer()
            await (await calling).hang_up()

    play(scene)


def test_a_withheld_number_is_not_in_from(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        carrier, office = pair(hosts)
        async with carrier, office:
            await office.register(f"sip:192.0.2.9:{carrier.port}")
            call = carrier.dial(DIALLED, caller=CALLER, withheld=True)
            called = await office.next_call()
            assert called.invite.from_.uri.host == "anonymous.invalid"
            called.reject()
            await call.wait_over()

    play(scene)


def test_nobody_is_called_who_is_not_registered(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        carrier, office = pair(hosts)
        async with carrier, office:
            with pytest.raises(CallFailed) as failed:
                carrier.dial(DIALLED, caller=CALLER)
            assert failed.value.status == 480

    play(scene)


def test_a_carrier_that_is_down_answers_nothing(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        carrier, office = pair(hosts)
        async with carrier, office:
            carrier.down = True
            assert carrier.down
            with pytest.raises(CallFailed) as failed:
                await office.register(f"sip:192.0.2.9:{carrier.port}", wait=60)
            assert failed.value.status == 408

    play(scene)


def test_a_carrier_may_grant_less_than_was_asked_for(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        carrier, office = pair(hosts, expires=90)
        async with carrier, office:
            await office.register(f"sip:192.0.2.9:{carrier.port}", expires=3_600)
            assert carrier.grants == 1
            await asyncio.sleep(60)
            assert carrier.grants == 2, "90 seconds are refreshed after 58"
            await office.unregister()
            await carrier.unregistered()

    play(scene)
