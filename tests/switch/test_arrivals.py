"""An INVITE becomes a call, with the right people in it."""

import asyncio
import dataclasses
from dataclasses import replace
from ipaddress import ip_network

import pytest
from switch_bench import Bench

from ringfence.accounts.resources import Hook
from ringfence.kernel.ids import FlowId
from ringfence.kernel.phone import Phone
from ringfence.markup.telling import StatusCallback
from ringfence.media.engine import protocol as media
from ringfence.numbers.options import NumberOptions
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.switch.directory import DomainEntry, TwimlRoute

ANN = frozenset({"ann"})

pytestmark = pytest.mark.anyio


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_call_knows_its_number_trunk_and_people(bench: Bench) -> None:
    bench.number("+12025550100", "<Response><Pause/></Response>")
    bench.invite("12025550100")
    bench.open_ports()
    await turn()
    offered = bench.world.facts[0]
    assert (offered.number, offered.trunk) == ("PN1", "TK1")  # type: ignore[attr-defined]
    now = bench.clock.now()
    assert offered.caller == bench.world.resolve(Phone("+12025550123"), now)  # type: ignore[attr-defined]
    assert offered.called == bench.world.resolve(Phone("+12025550100"), now)  # type: ignore[attr-defined]


async def test_a_leg_that_is_open_already_answers_in_the_same_turn(bench: Bench) -> None:
    bench.number("+12025550100", "<Response><Say>Hello.</Say></Response>")
    bench.link._spares.append(("LGspare", 30_000))
    bench.invite("12025550100")
    (answer,) = bench.wire.sent(sip.Answer)
    assert b"m=audio 30000 " in answer.body
    assert not bench.wire.sent(media.OpenLeg)
    assert bench.wire.last(media.ConnectLeg).leg == "LGspare"
    assert bench.names() == ["CallOffered", "CallAnswered"]
    bench.runner.sip_event(wire.Ended(leg=answer.leg, by="remote", cause="bye"))
    assert bench.wire.last(media.CloseLeg).leg == "LGspare"
    bench.close_legs()
    assert not bench.runner.calls
    assert not bench.runner.legs


async def test_a_phone_is_known_by_what_it_proved_not_by_what_it_says(bench: Bench) -> None:
    bench.number("+12025550100", "<Response><Pause/></Response>")
    bench.invite("+12025550100", username="desk")
    bench.open_ports()
    await turn()
    desk = bench.world.resolve("sip:desk@pbx.example.com", bench.clock.now())
    assert bench.world.facts[0].caller == desk  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("user", "to", "extra", "number"),
    [
        ("office", "+12025550100", "", True),
        ("office", "x", "P-Called-Party-ID: <sip:+12025550100@example.com>\r\n", True),
        ("office", "+12025550100", "P-Called-Party-ID: <sip:x@example.com>\r\n", True),
        ("office", "+12025550100", "P-Called-Party-ID: <<\r\n", True),
        ("office", "+12025550177", "", False),
        ("somebody", "+12025550100", "", False),
    ],
)
async def test_a_carrier_may_call_our_contact_and_say_elsewhere_whom_it_wants(
    bench: Bench, user: str, to: str, extra: str, number: bool
) -> None:
    (trunk,) = bench.directory.trunks.values()
    bench.directory.trunks[trunk.id] = replace(trunk, register=True, username="office")
    bench.number("+12025550100", "<Response><Pause/></Response>")
    bench.invite(user, to=to, extra=extra)
    assert len(bench.runner.calls) == number
    if not number:
        assert bench.wire.last(sip.Reject).status == 404


async def test_who_did_not_register_there_is_called_by_the_request_uri_alone(bench: Bench) -> None:
    bench.number("+12025550100", "<Response><Pause/></Response>")
    bench.invite("office", to="+12025550100")
    assert bench.wire.last(sip.Reject).status == 404


async def test_what_a_trunk_calls_and_is_not_here_is_counted(bench: Bench) -> None:
    """Whoever sets a carrier up has to see that it writes the number in another way."""
    for _ in range(2):
        bench.invite("+12025550177")
    bench.invite("+12025550177", username="desk")
    assert bench.runner.not_found == {"TK1": (2, bench.clock.now())}


async def test_a_full_house_says_so(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ringfence.switch.arrivals.CALLS_MAX", 0)
    bench.number("+12025550100", "<Response/>")
    bench.invite("+12025550100")
    refusal = bench.wire.last(sip.Reject)
    assert (refusal.status, refusal.retry_after) == (503, 10)


async def test_a_bug_of_ours_is_answered_at_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError

    monkeypatch.setattr(bench.programs, "make", broken)
    bench.number("+12025550100", "<Response/>")
    bench.invite("+12025550100")
    assert bench.wire.last(sip.Reject).status == 500
    assert not bench.runner.calls


async def test_a_call_to_a_flow_by_its_name_says_which_flow(bench: Bench) -> None:
    class Welcome:
        id = FlowId("FL1")

    bench.directory.flows["welcome"] = Welcome()
    bench.invite("welcome")
    (offered,) = [fact for fact in bench.world.facts if fact.name() == "CallOffered"]
    assert offered.flow == "FL1"  # type: ignore[attr-defined]


async def test_who_answers_for_a_number_is_told_of_the_end(bench: Bench) -> None:
    bench.number("+12025550100", "<Response><Hangup/></Response>")
    entry = bench.directory.numbers["+12025550100"]
    options = NumberOptions(status=Hook(url="https://example.com/s"))
    bench.directory.add_number(dataclasses.replace(entry, options=options))
    bench.invite("12025550100")
    bench.open_ports()
    await turn()
    bench.close_legs()
    await turn()
    (told,) = bench.world.callbacks
    assert dict(told.params)["CallStatus"] == "completed"  # only Reject ends it unanswered
    assert dict(told.params)["Direction"] == "inbound"


@pytest.mark.parametrize(
    ("host", "username", "lists", "status"),
    [
        ("calls.example.com", "ann", (ANN, None), None),
        ("CALLS.example.com", "", (None, "192.0.2.0/24"), None),
        ("calls.example.com", "ann", (ANN, "192.0.2.0/24"), None),
        ("calls.example.com", "desk", (ANN, None), 403),  # a phone of ours, on no list
        ("calls.example.com", "", (ANN, None), 403),  # nobody proved anything
        ("calls.example.com", "", (None, "198.51.100.0/24"), 403),  # from elsewhere
        ("calls.example.com", "", (ANN, "192.0.2.0/24"), 403),  # an address alone
        ("calls.example.com", "ann", (ANN, "198.51.100.0/24"), 403),  # a password alone
        ("calls.example.com", "ann", (frozenset(), "192.0.2.0/24"), 403),  # an empty list
        ("calls.example.com", "ann", (None, None), 403),  # no list at all
        ("192.0.2.1", "ann", (ANN, None), 403),  # may call the domain and nothing else
    ],
)
async def test_a_domain_is_called_by_those_on_its_lists(
    bench: Bench,
    host: str,
    username: str,
    lists: tuple[frozenset[str] | None, str | None],
    status: int | None,
) -> None:
    hook = StatusCallback(url="https://example.com/s")
    bench.directory.domains["calls.example.com"] = DomainEntry(
        id="SD1", route=TwimlRoute(document="<Response><Hangup/></Response>"), status=hook,
        users=lists[0], networks=None if lists[1] is None else (ip_network(lists[1]),),
    )  # fmt: skip
    bench.directory.domain_users.add("ann")
    bench.invite("+12025550177", host=host, username=username, source="" if username else "SD1")
    if status is not None:
        assert bench.wire.last(sip.Reject).status == status
        return
    bench.open_ports()
    await turn()
    offered = bench.world.facts[0]
    assert (offered.number, offered.trunk) == (None, None)  # type: ignore[attr-defined]
    bench.close_legs()
    await turn()
    assert len(bench.world.callbacks) == 1
