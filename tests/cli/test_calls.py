"""``ringfence calls`` and ``ringfence call``."""

import json
from typing import Any

CALL = {
    "sid": "CA1",
    "direction": "inbound",
    "status": "ended",
    "caller": "+12025550123",
    "called": "welcome",
    "offered": 1_700_000_000_000,
    "talk_ms": 4200,
    "cause": "completed",
    "missed": True,
    "mos": 4.412,
    "legs": [
        {
            "sid": "LG1",
            "direction": "inbound",
            "via": "local",
            "status": "ended",
            "media": {"packets_in": 210, "packets_out": 211, "lost": 0, "mos": 4.4},
        },
        {"sid": "LG2", "direction": "outbound", "via": "desk", "status": "ended"},
    ],
    "recordings": [{"sid": "RE1", "kind": "voicemail", "status": "saved", "duration_ms": 900}],
}
LINES = [
    {"at": 1_700_000_000_123, "call": "CA1", "name": "CallOffered", "text": "a call arrived"},
    {
        "at": 1_700_000_001_000,
        "call": "CA1",
        "name": "CallEnded",
        "text": "ended",
        "level": "warning",
    },
]


def test_calls_are_listed(ringfence: Any, office: Any) -> None:
    office.answers["call.list"] = {"calls": [CALL], "next": "CA1"}
    outcome = ringfence("calls", "--limit", "1", "--status", "ended")
    assert "CA1" in outcome.out
    assert "ended, missed" in outcome.out
    assert "4.2 s" in outcome.out
    assert "4.41" in outcome.out
    assert "ringfence calls --before CA1" in outcome.err
    assert office.asked[0][1] == {"limit": 1, "before": None, "status": "ended"}


def test_calls_as_json_are_alone(ringfence: Any, office: Any) -> None:
    office.answers["call.list"] = {"calls": [CALL], "next": "CA1"}
    outcome = ringfence("calls", "--json")
    assert json.loads(outcome.out) == [CALL]
    assert outcome.err == ""


def test_a_bad_limit_is_refused(ringfence: Any, office: Any) -> None:
    assert ringfence("calls", "--limit", "0").code == 2


def test_a_destination_alone_places_a_call(ringfence: Any, office: Any) -> None:
    office.answers["call.place"] = {"sid": "CA1", "status": "offered"}
    office.streams["timeline.follow"] = [*LINES, LINES[0] | {"name": "CallAnswered"}]
    outcome = ringfence("call", "sip:desk@192.0.2.10", "--flow", "echo")
    assert outcome.code == 0
    assert "a call arrived" in outcome.out
    assert office.asked == [
        ("call.place", {"to": "sip:desk@192.0.2.10", "caller": None, "flow": "echo"}),
        ("timeline.follow", {"call": "CA1"}),
    ]


def test_a_call_that_nobody_answers_ends_with_1(ringfence: Any, office: Any) -> None:
    office.answers["call.place"] = {"sid": "CA1", "status": "offered"}
    office.streams["timeline.follow"] = LINES
    outcome = ringfence("call", "+12025550123")
    assert (outcome.code, outcome.err) == (1, "")
    assert "ended" in outcome.out


def test_options_may_come_before_the_destination(ringfence: Any, office: Any) -> None:
    office.answers["call.place"] = {"sid": "CA1", "status": "offered"}
    outcome = ringfence("call", "--no-follow", "+12025550123")
    assert outcome.out == "call CA1\n"
    assert len(office.asked) == 1


def test_a_placed_call_as_json_is_not_followed(ringfence: Any, office: Any) -> None:
    office.answers["call.place"] = {"sid": "CA1", "status": "offered"}
    assert json.loads(ringfence("call", "+12025550123", "--json").out)["sid"] == "CA1"
    assert len(office.asked) == 1


def test_a_call_is_shown(ringfence: Any, office: Any) -> None:
    office.answers["call.show"] = CALL
    out = ringfence("call", "show", "CA1").out
    for word in ("LG1", "LG2", "RE1", "210", "completed", "voicemail", "+12025550123"):
        assert word in out
    assert json.loads(ringfence("call", "show", "CA1", "--json").out) == CALL


def test_a_timeline_is_shown(ringfence: Any, office: Any) -> None:
    office.answers["call.timeline"] = LINES
    out = ringfence("call", "timeline", "CA1").out.splitlines()
    assert [line.split("  ")[-1].strip() for line in out] == ["a call arrived", "ended"]
    assert ".123" in out[0]
    assert json.loads(ringfence("call", "timeline", "CA1", "--json").out) == LINES


def test_a_timeline_is_followed(ringfence: Any, office: Any) -> None:
    office.streams["timeline.follow"] = LINES
    assert len(ringfence("call", "timeline", "CA1", "--follow").out.splitlines()) == 2


def test_a_call_is_ended(ringfence: Any, office: Any) -> None:
    office.answers["call.hangup"] = CALL
    assert ringfence("call", "hangup", "CA1").out == "call CA1 has ended.\n"
    office.answers["call.hangup"] = CALL | {"status": "answered"}  # its legs are still closing
    assert ringfence("call", "hangup", "CA1").out == "call CA1 is being ended.\n"


def test_calls_of_a_day_are_listed(ringfence: Any, office: Any) -> None:
    office.answers["call.search"] = {"calls": [CALL], "next": None}
    outcome = ringfence("calls", "--since", "2026-01-31", "--until", "2026-02-01")
    assert "CA1" in outcome.out
    name, args = office.asked[0]
    assert name == "call.search"
    assert (args["since"], args["until"]) == (1_769_817_600_000, 1_769_904_000_000)
    assert ringfence("calls", "--since", "2026-01-31", "--status", "ended").code == 2
