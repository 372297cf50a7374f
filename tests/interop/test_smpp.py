"""Our side of SMPP against message centres nobody here wrote."""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from smpp_net import OURS, Desk, outbound
from smsc_run import Centre, boxed, kannel, kannel_missing, npm, npm_missing

from ringfence.carriers.smpp.carrier import Account, SmppCarrier
from ringfence.carriers.smpp.dialect import Dialect
from ringfence.carriers.smpp.link import Endpoint
from ringfence.kernel.clock import SystemClock
from ringfence.kernel.limits import SMPP_IDLE_MS
from ringfence.messaging.carrier import Accepted, Delivery, Link
from ringfence.switch.certificates import server_context

with_npm = pytest.mark.skipif(bool(npm_missing()), reason=npm_missing())
with_kannel = pytest.mark.skipif(bool(kannel_missing()), reason=kannel_missing())


@asynccontextmanager
async def bound(
    centre: Centre,
    desk: Desk,
    *,
    dialect: Dialect | None = None,
    password: str = "sesame",
    tls: ssl.SSLContext | None = None,
    idle_ms: int = SMPP_IDLE_MS,
    **options: Any,
) -> AsyncIterator[SmppCarrier]:
    """A carrier of ours, connected."""
    account = Account(system_id="ringfence", password=password, **options)
    carrier = SmppCarrier(
        "npm", Endpoint(host="127.0.0.1", port=centre.port, tls=tls, idle_ms=idle_ms), account,
        desk, clock=SystemClock(), dialect=dialect,
    )  # fmt: skip
    await carrier.start()
    try:
        await until(lambda: carrier.state().link is Link.READY)
        yield carrier
    finally:
        await carrier.stop()


async def until(true: Any) -> None:
    """Wait for something to be so."""
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


async def listening(centre: Centre) -> None:
    await centre.until(lambda said: {"listening": True} in said)


def taken(centre: Centre) -> list[dict[str, Any]]:
    return [line for line in centre.said if isinstance(line, dict) and "id" in line]


async def told(centre: Centre, number: int) -> list[dict[str, Any]]:
    """What it took, once it has told of so many: it answers on one wire and tells on another."""
    await centre.until(lambda _: len(taken(centre)) >= number)
    return taken(centre)


@with_npm
def test_texts_receipts_and_messages_with_npms_centre() -> None:
    async def scene() -> None:
        desk = Desk()
        texts = ["5 € for @ {you}", "नमस्ते 😀", "a" * 400, "ü" * 200 + "я" * 100]
        async with npm() as centre:
            await listening(centre)
            async with bound(centre, desk) as carrier:
                answers = [await carrier.send(outbound(n, text)) for n, text in enumerate(texts)]
                assert all(isinstance(answer, Accepted) for answer in answers)
                parts = [len(a.carrier_ids) for a in answers if isinstance(a, Accepted)]
                assert parts == [1, 1, 3, 5]
                await until(lambda: len(desk.receipts) == 10)
                known = {i for a in answers if isinstance(a, Accepted) for i in a.carrier_ids}
                assert {r.carrier_id for r in desk.receipts} == known
                assert {r.state for r in desk.receipts} == {Delivery.DELIVERED}
                heard = await told(centre, 10)
                assert heard[0]["text"] == texts[0]
                assert heard[0]["from"] == OURS.e164[1:]
                assert heard[1]["text"] == texts[1]
                assert "".join(part["text"] for part in heard[2:5]) == texts[2]
                assert "".join(part["text"] for part in heard[5:]) == texts[3]
                assert [len(part["udh"]) for part in heard] == [0, 0] + [1] * 8

                message = {"source_addr_ton": 1, "source_addr": "12025550123"}
                message |= {"destination_addr": OURS.e164[1:], "short_message": "Çok güzel €"}
                centre.tell(deliver=message)
                await until(lambda: len(desk.messages) == 1)
                assert desk.messages[0].text == "Çok güzel €"
                assert desk.messages[0].to == OURS
                await centre.until(lambda said: {"answered": 0} in said)

    asyncio.run(scene())


@with_npm
def test_a_link_that_breaks_and_a_centre_that_is_busy_lose_nothing() -> None:
    async def scene() -> None:
        async with npm() as centre:
            await listening(centre)
            async with bound(centre, Desk()) as carrier:
                centre.tell(mute=20, after=40)
                centre.tell(enquire=True)
                await centre.until(lambda said: {"alive": 0} in said)
                sending = [
                    asyncio.create_task(carrier.send(outbound(n, f"number {n}", receipt=False)))
                    for n in range(300)
                ]
                await centre.until(lambda said: {"muted": True} in said)
                centre.tell(drop=True)
                await centre.until(lambda said: {"closed": True} in said)
                centre.tell(throttle=10)
                answers = await asyncio.gather(*sending)
                assert all(isinstance(answer, Accepted) for answer in answers)
                await centre.until(lambda _: len({line["text"] for line in taken(centre)}) == 300)
                seen = Counter(line["text"] for line in taken(centre))
                assert set(seen) == {f"number {n}" for n in range(300)}
                assert sum(seen.values()) <= 350  # at most a window twice

    asyncio.run(scene())


@with_npm
def test_two_sessions_over_tls_and_a_wrong_password(tmp_path: Path) -> None:
    server_context(tmp_path, None, None, name="127.0.0.1")
    key, certificate = tmp_path / "keys" / "sip-tls.key", tmp_path / "keys" / "sip-tls.crt"
    trust = ssl.create_default_context(cafile=str(certificate))

    async def scene() -> None:
        desk = Desk()
        async with npm(str(key), str(certificate)) as centre:
            await listening(centre)
            async with bound(
                centre, desk, tls=trust, sessions="separate", dialect=Dialect(parts="sar")
            ) as carrier:
                assert isinstance(await carrier.send(outbound(1, "a" * 200)), Accepted)
                await until(lambda: len(desk.receipts) == 2)
                assert [line["total"] for line in await told(centre, 2)] == [2, 2]
                binds = [line["bind"] for line in centre.said if "bind" in line]
                assert sorted(binds) == ["bind_receiver", "bind_transmitter"]
            stranger = SmppCarrier(
                "npm", Endpoint(host="127.0.0.1", port=centre.port, tls=trust),
                Account(system_id="ringfence", password="wrong"), desk, clock=SystemClock(),
            )  # fmt: skip
            await stranger.start()
            await until(lambda: stranger.state().link is Link.REFUSED)
            assert stranger.state().detail == "ESME_RINVPASWD"
            await stranger.stop()

    asyncio.run(scene())


@with_npm
def test_a_payload_and_whether_the_link_lives() -> None:
    text = "नमस्ते " * 60

    async def scene() -> None:
        async with npm() as centre:
            await listening(centre)
            dialect = Dialect(parts="payload")
            async with bound(centre, Desk(), dialect=dialect, idle_ms=500) as carrier:
                answer = await carrier.send(outbound(1, text))
                assert isinstance(answer, Accepted)
                assert len(answer.carrier_ids) == 1, "not cut by us"
                (whole,) = await told(centre, 1)
                assert (whole["payload"], whole["coding"]) == (text, 8)
                await centre.until(lambda said: {"enquired": True} in said)
                centre.tell(enquire=True)
                await centre.until(lambda said: {"alive": 0} in said)
                assert carrier.state().link is Link.READY

    asyncio.run(scene())


@with_npm
def test_national_letters_take_seven_bits_where_telephones_know_them() -> None:
    turkish = "Ğı şart değil, İstanbul " * 6

    async def scene() -> None:
        async with npm() as centre:
            await listening(centre)
            async with bound(centre, Desk(), dialect=Dialect(languages=(1,))) as carrier:
                assert isinstance(await carrier.send(outbound(1, turkish)), Accepted)
            (whole,) = await told(centre, 1)
            assert whole["coding"] == 0
            (shift,) = whole["udh"]
            assert shift == "250101", "the locking table of Turkish: 3GPP TS 23.040 9.2.3.24.16"
            async with bound(centre, Desk()) as carrier:
                assert isinstance(await carrier.send(outbound(2, turkish)), Accepted)
            assert [part["coding"] for part in (await told(centre, 4))[1:]] == [8, 8, 8]

    asyncio.run(scene())


@with_kannel
def test_kannels_centre_gives_and_takes() -> None:
    """It is what Kannel tests its own driver with: no transceiver, no ids in its answers."""

    async def scene() -> None:
        desk = Desk()
        async with boxed(), kannel(200) as centre:
            await centre.until(lambda said: any("accept_thread) maps" in line for line in said))
            async with bound(centre, desk, password="bar", sessions="separate") as carrier:
                await until(lambda: len(desk.messages) >= 200)
                assert {message.text for message in desk.messages} != {""}
                answers = [await carrier.send(outbound(n, f"number {n}")) for n in range(50)]
                assert all(isinstance(answer, Accepted) for answer in answers)
                ids = {answer.carrier_ids for answer in answers if isinstance(answer, Accepted)}
                assert len(ids) == 50
                heard = [f"submit_sm: short_message = <number {n}>" for n in range(50)]
                await centre.until(lambda said: all(any(h in s for s in said) for h in heard))
            answered = "Handling SMPP PDU of type deliver_sm_resp"
            await centre.until(lambda said: sum(answered in line for line in said) == 200)

    asyncio.run(scene())
