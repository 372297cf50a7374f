"""Which program answers a call."""

import pytest
from switch_bench import Bench

from ringfence.kernel.errors import Refused
from ringfence.markup.context import Source
from ringfence.markup.parser import parse
from ringfence.switch.directory import FlowRoute, Reached, TwimlRoute, UrlRoute


@pytest.mark.anyio
async def test_each_route_becomes_a_source(bench: Bench) -> None:
    programs = bench.programs
    assert programs.of_route(FlowRoute(flow="welcome")) == Source(url="flow:welcome")
    assert programs.of_route(UrlRoute(url="https://example.com/v", method="GET")) == Source(
        url="https://example.com/v", method="GET"
    )
    first = programs.of_route(TwimlRoute(document="<Response><Hangup/></Response>")).document
    assert first == parse("<Response><Hangup/></Response>")
    again = programs.of_route(TwimlRoute(document="<Response><Hangup/></Response>")).document
    assert again is first, "a number's document is read once, not at each call"


@pytest.mark.anyio
async def test_a_phones_name_and_a_number_become_dials(bench: Bench) -> None:
    desk = bench.directory.devices["desk"]
    source = bench.programs.source(desk, "desk", is_phone=False)
    assert source.document is not None
    assert "sip:desk@pbx.example.com" in str(source.document)
    outside = bench.programs.source(None, "+12025550123", is_phone=True)
    assert "+12025550123" in str(outside.document)


@pytest.mark.anyio
async def test_only_phones_of_ours_may_call_out_and_not_at_any_price(bench: Bench) -> None:
    with pytest.raises(Refused, match="not_found"):
        bench.programs.source(None, "+12025550123", is_phone=False)
    with pytest.raises(Refused, match="destination_not_allowed"):
        bench.programs.source(None, "+882000000000", is_phone=True)
    with pytest.raises(Refused, match="invalid_number"):
        bench.programs.source(None, "nobody", is_phone=True)


@pytest.mark.anyio
async def test_a_number_wins_over_who_calls(bench: Bench) -> None:
    reached = Reached(route=FlowRoute(flow="welcome"))
    assert bench.programs.source(reached, "welcome", is_phone=True).url == "flow:welcome"
