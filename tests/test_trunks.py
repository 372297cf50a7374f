"""Carriers of calls: trusted, looked up, registered at, asked; whole ones are in tests/system."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ringfence.kernel.clock import Ms, VirtualClock
from ringfence.kernel.ids import AccountId, TrunkId
from ringfence.kernel.limits import TRUNK_TRUST_MS
from ringfence.office.first_start import LOOPBACK
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.sip.headers import NameAddr
from ringfence.sip.uri import Uri
from ringfence.storage.trunks import Trunk
from ringfence.switch.guard import Guard
from ringfence.trunks import TrunkDesk

pytestmark = pytest.mark.anyio

ADDRESS = "192.0.2.9"
PEER = wire.Peer("udp", ADDRESS, 5060)
SECOND, THIRD = (wire.Peer("udp", f"192.0.2.{n}", 5060) for n in (2, 3))
NAMED = Trunk(
    id=TrunkId("TK1"), account=AccountId("AC1"), name="carrier", kind="address",
    host="sip.nowhere.test", transport="udp", username=None, password=None, created_at=Ms(0),
)  # fmt: skip
REGISTERED = replace(NAMED, kind="register", username="me", password="secret")


class Bench:
    """A desk; ``asked``: names being looked up, ``sent``: commands to the agent."""

    def __init__(self, *trunks: Trunk, here: str = ADDRESS) -> None:
        self.known = {trunk.id: trunk for trunk in trunks}
        self.guard = Guard()
        self.clock = VirtualClock()
        self.certificates: dict[tuple[str, int], str] = {}
        self.asked: list[Uri] = []
        self.waiting: list[Callable[[tuple[wire.Peer, ...]], None]] = []
        self.at_once: tuple[wire.Peer, ...] | None = None
        self.sent: list[sip.Command] = []
        self.ways: dict[str, tuple[NameAddr, ...]] = {}
        self.desk = TrunkDesk(
            self.known,
            guard=self.guard,
            router=self,  # type: ignore[arg-type]
            locator=self,
            send=self.sent.append,
            clock=self.clock,
            advertise=here,
            certificates=self.certificates,
        )

    def locate(self, uri: Uri, done: Any, /) -> None:
        self.asked.append(uri)
        if self.at_once is None:
            self.waiting.append(done)
        else:
            done(self.at_once)

    async def look_again(self) -> list[sip.Command]:
        """Let the watch ask once more; what the agent was told since."""
        asked, before = len(self.asked), len(self.sent)
        for _ in range(100):
            await asyncio.sleep(0)
            if len(self.asked) >= asked + 2:  # the second shows that the first was dealt with
                return self.sent[before:]
        raise AssertionError("nobody asks")

    def service_route(self, trunk: str, route: tuple[NameAddr, ...]) -> None:
        self.ways[trunk] = route


async def test_a_carrier_whose_name_is_not_known_is_looked_up_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ringfence.trunks.TRUNK_LOOKUP_MS", 0)
    bench = Bench(NAMED)
    bench.at_once = ()
    await bench.desk.added(NAMED)
    state, detail, _ = bench.desk.state(NAMED)
    assert state == "unreachable"
    assert detail is not None
    assert "the name of its host is not known" in detail
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(bench.asked) > 2
    bench.known.clear()
    await asyncio.gather(*bench.desk._lookups)
    assert not bench.desk._lookups


async def test_a_start_waits_for_a_silent_dns_once_and_not_for_each_carrier() -> None:
    other = replace(NAMED, id=TrunkId("TK2"), name="second", host="sip.elsewhere.test")
    bench = Bench(NAMED, other)
    begun = asyncio.create_task(bench.desk.begin())
    for _ in range(5):
        await asyncio.sleep(0)
    assert [uri.host for uri in bench.asked] == [NAMED.host, other.host]
    for done in bench.waiting:
        done(())
    await begun
    assert {bench.desk.state(trunk)[0] for trunk in (NAMED, other)} == {"unreachable"}
    bench.desk.close()


async def test_a_registrar_that_moves_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found with Kamailio behind SRV records: its name was asked for once and for all."""
    monkeypatch.setattr("ringfence.trunks.TRUNK_LOOKUP_MS", 0)
    bench = Bench(REGISTERED)
    bench.at_once = (PEER, SECOND)
    await bench.desk.added(REGISTERED)
    assert await bench.look_again() == []
    bench.at_once = (SECOND, PEER)
    assert await bench.look_again() == [], "chance has drawn another order"
    bench.at_once = ()
    assert await bench.look_again() == [], "the name server is down"
    assert bench.desk.state(REGISTERED)[0] == "registering"
    bench.at_once = (THIRD, SECOND)
    key = wire.RegistrationKey("TK1")
    assert await bench.look_again() == [sip.Retarget(registration=key, targets=(THIRD, SECOND))]
    trusted = [bench.guard.trunk_at(one.host) for one in (PEER, SECOND, THIRD)]
    assert trusted == ["TK1", "TK1", "TK1"]
    bench.clock.advance(TRUNK_TRUST_MS)
    assert await bench.look_again() == []
    trusted = [bench.guard.trunk_at(one.host) for one in (PEER, SECOND, THIRD)]
    assert trusted == [None, "TK1", "TK1"]
    bench.desk.removed(REGISTERED)
    assert bench.guard.trunk_at(THIRD.host) is None
    bench.desk.close()


async def test_one_that_is_asked_whether_it_is_there_is_followed_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ringfence.trunks.TRUNK_LOOKUP_MS", 0)
    bench = Bench(NAMED)
    bench.at_once = (PEER,)
    await bench.desk.added(NAMED)
    down = wire.ProbeChanged(probe=wire.ProbeKey("TK1"), up=False, status=408)
    bench.desk.hear(down)
    bench.at_once = (SECOND,)
    (probe,) = await bench.look_again()
    assert isinstance(probe, sip.Probe)
    assert probe.targets == (SECOND,)
    assert bench.desk.state(NAMED)[0] == "unreachable", "until it answers there"
    bench.desk.close()


async def test_an_address_is_asked_for_once() -> None:
    literal = replace(NAMED, host=ADDRESS)
    bench = Bench(literal)
    bench.at_once = (PEER,)
    await bench.desk.added(literal)
    assert not bench.desk._lookups


async def test_a_carrier_that_was_removed_while_it_was_looked_up_is_not_trusted() -> None:
    bench = Bench(NAMED)
    adding = asyncio.create_task(bench.desk.added(NAMED))
    await asyncio.sleep(0)
    assert bench.desk.state(NAMED)[0] == "unknown"
    del bench.known[NAMED.id]
    bench.desk.removed(NAMED)
    bench.sent.clear()
    bench.waiting.pop()((PEER,))
    await adding
    assert bench.guard.trunk_at(ADDRESS) is None
    assert bench.sent == []


async def test_what_is_heard_of_a_carrier_that_is_gone_is_nobody_s() -> None:
    bench = Bench()
    for event in (
        wire.RegistrationFailed(
            registration=wire.RegistrationKey("TK1"), status=403, retry_at=Ms(9)
        ),
        wire.ProbeChanged(probe=wire.ProbeKey("TK1"), up=False, status=408),
    ):
        bench.desk.hear(event)
    assert bench.desk.state(NAMED) == ("unknown", None, None)


async def test_one_without_a_password_is_asked_whether_it_is_there() -> None:
    bench = Bench(NAMED)
    bench.at_once = (PEER,)
    await bench.desk.added(NAMED)
    assert bench.guard.trunk_at(ADDRESS) == NAMED.id
    (probe,) = bench.sent
    assert isinstance(probe, sip.Probe)
    assert probe.targets == (PEER,)
    for up, word in ((False, "unreachable"), (True, "reachable")):
        bench.desk.hear(wire.ProbeChanged(probe=probe.probe, up=up, status=200))
        assert bench.desk.state(NAMED)[0] == word
    bench.desk.removed(NAMED)
    assert isinstance(bench.sent[-1], sip.StopProbe)
    assert bench.guard.trunk_at(ADDRESS) is None


@pytest.mark.parametrize(
    ("status", "word", "why"),
    [
        (408, "unreachable", "does not answer"),
        (401, "refused", "check the user name and the password"),
        (403, "refused", "check the user name and the password"),
        (423, "refused", "answers 423, which is not about the password"),
        (500, "refused", "answers 500, which is not about the password"),
    ],
)
async def test_one_with_a_password_is_registered_at(status: int, word: str, why: str) -> None:
    bench = Bench(REGISTERED)
    bench.at_once = (PEER,)
    await bench.desk.added(REGISTERED)
    (register,) = bench.sent
    assert isinstance(register, sip.Register)
    assert str(register.aor) == "sip:me@sip.nowhere.test"
    assert bench.desk.state(REGISTERED)[0] == "registering"
    way = (NameAddr.parse("<sip:edge.example.com;lr>"),)
    bench.desk.hear(
        wire.Registered(registration=register.registration, expires_at=Ms(9), service_route=way)
    )
    assert bench.desk.state(REGISTERED) == ("registered", None, 9)
    assert bench.ways == {"TK1": way}
    bench.desk.hear(
        wire.RegistrationFailed(registration=register.registration, status=status, retry_at=Ms(9))
    )
    assert bench.desk.state(REGISTERED)[0] == word
    assert why in (bench.desk.state(REGISTERED)[1] or "")
    bench.desk.removed(REGISTERED)
    assert isinstance(bench.sent[-1], sip.Unregister)


async def test_where_a_carrier_sees_us_is_known_while_it_is_there() -> None:
    bench = Bench(REGISTERED)
    bench.at_once = (PEER,)
    await bench.desk.added(REGISTERED)
    (register,) = bench.sent
    assert isinstance(register, sip.Register)
    assert bench.desk.sees_us_at(REGISTERED) is None
    for said, known in (("198.51.100.7", "198.51.100.7"), ("", "198.51.100.7"), ("x; rm", None)):
        bench.desk.hear(
            wire.Registered(registration=register.registration, expires_at=Ms(9), seen_from=said)
        )
        if known is not None:
            assert bench.desk.sees_us_at(REGISTERED) == known
    assert bench.desk.sees_us_at(REGISTERED) == "198.51.100.7"  # only an address is believed
    bench.desk.removed(REGISTERED)
    assert bench.desk.sees_us_at(REGISTERED) is None


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("certificate_expired", "its TLS certificate has expired"),
        ("certificate_of_another_name", "register at the name that it is for"),
        ("certificate_invalid", "its TLS certificate is not valid"),
    ],
)
async def test_a_certificate_that_is_not_taken_is_not_called_silence(code: str, words: str) -> None:
    for carrier in (REGISTERED, NAMED):
        bench = Bench(carrier)
        bench.at_once = (wire.Peer("tls", ADDRESS, 5061),)
        await bench.desk.added(carrier)
        bench.certificates[ADDRESS, 5061] = code
        if carrier is REGISTERED:
            key = wire.RegistrationKey("TK1")
            failed = wire.RegistrationFailed(registration=key, status=503, retry_at=Ms(9))
            bench.desk.hear(failed)
        else:
            probe = wire.ProbeKey("TK1")
            bench.desk.hear(wire.ProbeChanged(probe=probe, up=False, status=503))
        state, detail, _ = bench.desk.state(carrier)
        assert state == "unreachable"
        assert words in (detail or "")
        bench.desk.close()


async def test_this_machine_is_trusted_by_its_other_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ringfence.trunks.is_of_this_machine", lambda address: address == ADDRESS)
    here = replace(NAMED, host=LOOPBACK)
    bench = Bench(here)
    await bench.desk.added(here)
    assert {bench.guard.trunk_at(one) for one in ("127.0.0.1", "::1", ADDRESS)} == {here.id}
    assert bench.desk.state(here) == ("trusted", None, None)
    assert bench.sent == []
