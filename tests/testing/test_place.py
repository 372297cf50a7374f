"""Where phones live: a bad port before a good one; real sockets are tried by the system tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ringfence.testing.network import Quality
from ringfence.testing.place import BadPort, Place, ThisMachine


def test_a_bad_port_delays_what_leaves_and_what_comes(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        seen: list[tuple[int, str, bytes]] = []
        began = hosts.clock.now()

        def note(name: str):
            return lambda data, _: seen.append((hosts.clock.now() - began, name, data))

        bad = BadPort(hosts.at(1), Quality(delay_ms=30), note("bad"))
        good = hosts.at(2).datagrams(note("good"))
        bad.send(b"out", ("192.0.2.2", good.port))
        good.send(b"in", ("192.0.2.1", bad.port))
        await asyncio.sleep(1)
        assert sorted(seen) == [(30, "bad", b"in"), (30, "good", b"out")]
        bad.close()
        good.close()

    play(scene)


def test_a_closed_bad_port_forgets_what_is_under_way(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        seen: list[bytes] = []
        bad = BadPort(hosts.at(1), Quality(delay_ms=30), lambda data, _: seen.append(data))
        good = hosts.at(2).datagrams(lambda data, _: seen.append(data))
        bad.send(b"out", ("192.0.2.2", good.port))
        good.send(b"in", ("192.0.2.1", bad.port))
        await asyncio.sleep(0.01)
        bad.close()
        await asyncio.sleep(1)
        assert seen == []
        good.close()

    play(scene)


def test_this_machine_is_a_place_with_the_real_clock() -> None:
    place: Place = ThisMachine()
    assert place.host == "127.0.0.1"
    assert place.clock.now() > 1_700_000_000_000
    assert place.entropy.token(8) != place.entropy.token(8)
