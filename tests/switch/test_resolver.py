"""Questions to DNS. Names are looked up in tests/system; addresses need no question."""

import asyncio

import pytest

from ringfence.kernel.entropy import SeededEntropy
from ringfence.sip.events import Peer
from ringfence.sip.locate import Naptr, Query, Srv
from ringfence.sip.uri import Uri
from ringfence.switch.resolver import Resolver

pytestmark = pytest.mark.anyio


async def settled(resolver: Resolver) -> None:
    await asyncio.gather(*resolver._tasks)


async def test_an_address_is_answered_at_once() -> None:
    found: list[tuple[Peer, ...]] = []
    resolver = Resolver(SeededEntropy(1))
    resolver.locate(Uri.parse("sip:192.0.2.7:5062;transport=tcp"), found.append)
    assert found == [(Peer("tcp", "192.0.2.7", 5062),)]


async def test_a_name_is_asked_for_in_the_order_of_rfc_3263(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Query] = []
    answers = {
        "NAPTR": [Naptr(10, 10, "s", "SIPS+D2T", "_sips._tcp.example.com")],
        "SRV": [Srv(1, 1, 5061, "sip1.example.com")],
        "A": ["192.0.2.9"],
    }

    async def answer(self: Resolver, query: Query) -> list[object]:
        del self
        asked.append(query)
        return list(answers[query.type])

    monkeypatch.setattr(Resolver, "_query", answer)
    resolver = Resolver(SeededEntropy(1))
    done: list[tuple[Peer, ...]] = []
    resolver.locate(Uri.parse("sips:example.com"), done.append)
    await settled(resolver)
    assert [query.type for query in asked] == ["NAPTR", "SRV", "A"]
    assert done == [(Peer("tls", "192.0.2.9", 5061),)]
    assert resolver.names == {("192.0.2.9", 5061): "example.com"}


async def test_a_name_server_that_never_answers_leads_nowhere_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def silence(self: Resolver, query: Query) -> list[object]:
        del self, query
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr(Resolver, "_query", silence)
    monkeypatch.setattr("ringfence.switch.resolver.DNS_TOTAL_MS", 1)
    done: list[tuple[Peer, ...]] = []
    resolver = Resolver(SeededEntropy(1))
    resolver.locate(Uri.parse("sip:example.com"), done.append)
    await settled(resolver)
    assert done == [()]
