"""Bindings of phones over a restart: written soon, sealed, and given back to the agent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
import pytest
from sip_net import Guard

from ringfence.kernel.clock import VirtualClock
from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import BINDINGS_WRITE_MS
from ringfence.sip.agent import Agent
from ringfence.sip.config import AgentConfig
from ringfence.sip.events import Peer
from ringfence.sip.registrar import Binding
from ringfence.sip.uri import Uri
from ringfence.switch.bindings import BindingKeeper
from ringfence.testing import virtual_time

PHONE = Peer("udp", "192.0.2.7", 5062, 1)


class Kept:
    """A store in memory. ``fails``: what its next write raises."""

    def __init__(self) -> None:
        self.sealed: bytes | None = None
        self.writes = 0
        self.fails: Exception | None = None

    def load(self) -> bytes | None:
        return None if self.sealed is None else self.sealed.removeprefix(b"sealed ")

    def seal(self, plain: bytes) -> bytes:
        return b"sealed " + plain

    def write(self, sealed: bytes) -> None:
        self.writes += 1
        if self.fails is not None:
            raise self.fails
        self.sealed = sealed


def an_agent() -> Agent:
    config = AgentConfig(
        addresses={"udp": ("192.0.2.1", 5060)}, realm="pbx.example.com", secret=b"s" * 32
    )
    return Agent(config, SeededEntropy(3), Guard())


def a_binding(user: str = "desk", *, seconds: int = 300, peer: Peer = PHONE) -> Binding:
    now = VirtualClock().now()
    return Binding(
        uri=Uri("sip", user, peer.host, peer.port),
        peer=peer,
        route=(),
        q=1000,
        expires_at=now + seconds * 1000,  # type: ignore[arg-type]
        call_id="a84b4c76e66710",
        cseq=7,
        instance=("<urn:uuid:1>", "1"),
    )


def play(scene: Callable[[VirtualClock, Kept, Agent, BindingKeeper], object]) -> None:
    async def whole() -> None:
        clock, kept, agent = VirtualClock(), Kept(), an_agent()
        await scene(clock, kept, agent, BindingKeeper(agent, kept, clock))  # type: ignore[misc]

    virtual_time.run(whole())


async def soon() -> None:
    await asyncio.sleep(BINDINGS_WRITE_MS / 1000 + 0.1)


def test_a_phone_is_where_it_was_before_the_restart() -> None:
    async def scene(clock, kept, agent, keeper) -> None:
        agent.restore_binding("desk", a_binding(), clock.now())
        keeper.changed()
        keeper.changed()
        assert kept.writes == 0
        await soon()
        assert kept.writes == 1
        fresh = an_agent()
        assert BindingKeeper(fresh, kept, clock).restore({"desk"}) == 1
        assert fresh.bindings("desk", clock.now()) == (a_binding(),)

    play(scene)


def test_what_is_of_no_use_any_more_does_not_come_back() -> None:
    async def scene(clock, kept, agent, keeper) -> None:
        stream = Peer("tls", "192.0.2.8", 5061, 17)
        for user, binding in (
            ("removed", a_binding("removed")),
            ("expired", a_binding("expired", seconds=60)),
            ("connected", a_binding("connected", peer=stream)),
            ("desk", a_binding()),
        ):
            agent.restore_binding(user, binding, clock.now())
        await keeper.keep()
        clock.advance(61_000)
        fresh = an_agent()
        known = {"desk", "expired", "connected"}
        assert BindingKeeper(fresh, kept, clock).restore(known) == 1
        assert [user for user, _ in fresh.every_binding(clock.now())] == ["desk"]

    play(scene)


def test_a_phone_that_was_quicker_than_the_file_is_left_alone() -> None:
    async def scene(clock, kept, agent, keeper) -> None:
        agent.restore_binding("desk", a_binding(), clock.now())
        await keeper.keep()
        later = a_binding(seconds=900)
        fresh = an_agent()
        fresh.restore_binding("desk", later, clock.now())
        assert BindingKeeper(fresh, kept, clock).restore({"desk"}) == 0
        assert fresh.bindings("desk", clock.now()) == (later,)

    play(scene)


@pytest.mark.parametrize("content", [b"", b"[", b"{}", b"[[1]]", b'[["desk"]]'])
def test_a_file_that_says_nothing_is_no_hindrance(content: bytes) -> None:
    async def scene(clock, kept, agent, keeper) -> None:
        kept.sealed = b"sealed " + content
        assert keeper.restore({"desk"}) == 0
        assert agent.every_binding(clock.now()) == []

    play(scene)


def test_a_row_that_makes_no_sense_costs_itself_alone() -> None:
    async def scene(clock, kept, agent, keeper) -> None:
        agent.restore_binding("desk", a_binding(), clock.now())
        await keeper.keep()
        rows = msgspec.json.decode(kept.load())
        bad = [*rows[0]]
        bad[1] = "tel:nonsense:"
        kept.sealed = b"sealed " + msgspec.json.encode([bad, *rows])
        fresh = an_agent()
        assert BindingKeeper(fresh, kept, clock).restore({"desk"}) == 1

    play(scene)


@pytest.mark.parametrize("error", [OSError("full"), Refused("erased", "no key")])
def test_a_disk_that_is_full_is_tried_again_later(error: Exception) -> None:
    async def scene(clock, kept, agent, keeper) -> None:
        agent.restore_binding("desk", a_binding(), clock.now())
        kept.fails = error
        await keeper.keep()
        assert kept.sealed is None
        kept.fails = None
        await keeper.keep()
        assert kept.sealed is not None

    play(scene)


def test_nothing_new_is_not_written_and_the_last_word_is() -> None:
    async def scene(clock, kept, agent, keeper) -> None:
        await keeper.keep()
        assert kept.writes == 0, "no phone was ever there"
        agent.restore_binding("desk", a_binding(), clock.now())
        keeper.changed()
        await keeper.close()
        await keeper.close()
        assert kept.writes == 1
        agent.forget_phone("desk", clock.now())
        await keeper.close()
        assert (kept.writes, kept.sealed) == (2, b"sealed []")
        await soon()
        assert kept.writes == 2

    play(scene)
