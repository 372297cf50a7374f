"""Calls by sipp, a SIP test program nobody here wrote: hundreds at once, and every oddity alone.

The scenarios are the XML files in ``sipp/``. sipp counts a call as successful only if each message
came that its scenario waits for, with what the scenario wants to see in it, and nothing else.
"""

from __future__ import annotations

import json
import os
import time
import urllib.request
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from platform_run import Platform, free_port
from sipp_run import SIPP, Sipp

pytestmark = pytest.mark.skipif(
    SIPP is None, reason="sipp is not installed: apt-get install sip-tester"
)
rtp_from_a_capture = pytest.mark.skipif(
    os.geteuid() != 0, reason="sipp replays captured RTP through a raw socket: run as root"
)

MENU = "+12025550100"
OPEN = "+12025550101"
DIAL = "+12025550102"
NOBODY = "+12025550177"

PRESS_ONE = {
    "ringfence_flow": 1,
    "title": "Key 1 hangs up; without it the call lasts longer than a scenario waits",
    "start": "menu",
    "applets": {
        "menu": {
            "type": "menu",
            "prompt": "Press one.",
            "choices": {"1": "goodbye"},
            "timeout": 30,
            "tries": 1,
            "otherwise": "goodbye",
        },
        "goodbye": {"type": "hangup"},
    },
}


class Rig:
    """A platform with its numbers, and sipp beside it."""

    def __init__(self, platform: Platform, folder: Path, callee_port: int) -> None:
        self.platform = platform
        self.sipp = Sipp(platform.sip, folder)
        self.callee_port = callee_port
        key = f"{platform.ready['account_sid']}:{platform.ready['auth_token']}"
        self._headers = {"Authorization": "Basic " + b64encode(key.encode()).decode()}
        self.seen = 0

    def ask(self, path: str) -> Any:
        """What the platform answers over HTTP."""
        return json.loads(self.text(path))

    def text(self, path: str) -> str:
        request = urllib.request.Request(self.platform.ready["http"] + path, headers=self._headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()

    def metric(self, name: str) -> float:
        """The sum of a metric over its labels."""
        rows = [line for line in self.text("/metrics").splitlines() if line.startswith(name)]
        return sum(float(line.rpartition(" ")[2]) for line in rows)

    def new_records(self, count: int) -> list[dict[str, Any]]:
        """The records of the calls since the last look, once all have ended; exactly ``count``."""
        deadline = time.monotonic() + 60
        while True:
            records: list[dict[str, Any]] = self.ask("/v1/calls?limit=1000")["items"]
            new = records[: len(records) - self.seen]
            done = all(record["status"] == "ended" for record in new)
            if (done and len(new) >= count) or time.monotonic() > deadline:
                self.seen = len(records)
                assert Counter(record["status"] for record in new) == Counter(ended=count)
                return new
            time.sleep(0.1)

    def media(self, record: dict[str, Any]) -> list[dict[str, Any]]:
        """What the call's legs sent and received."""
        return [leg["media"] for leg in self.ask(f"/v1/calls/{record['sid']}")["legs"]]

    def worker_descriptors(self) -> int:
        """How many files and sockets the media process holds."""
        (pid,) = self.platform.pids("engine.worker")
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    tmp = tmp_path_factory.mktemp("sipp")
    (tmp / "voice.al").write_bytes(bytes([0x55, 0xD5, 0x35, 0xB5]) * 4000)  # two seconds of A-law
    callee_port = free_port()
    with Platform(tmp / "data") as platform:
        platform.do("flow.add", name="press-one", document=PRESS_ONE)
        platform.do("number.add", number=MENU, flow="press-one")
        platform.number(OPEN, "<Response><Say>Hello there.</Say><Pause length='60'/></Response>")
        platform.number(
            DIAL,
            "<Response><Dial answerOnBridge='true' timeout='30'>"
            f"<Sip>sip:callee@127.0.0.1:{callee_port}</Sip></Dial></Response>",
        )
        rig = Rig(platform, tmp, callee_port)
        rig.sipp.call("options", OPEN, calls=1)
        rig.descriptors = rig.worker_descriptors()  # type: ignore[attr-defined]
        yield rig


@rtp_from_a_capture
def test_three_hundred_calls_at_thirty_a_second_press_a_key_each_and_are_hung_up_on(
    rig: Rig,
) -> None:
    rig.sipp.call("menu_rfc4733", MENU, calls=300, rate=30)
    records = rig.new_records(300)
    assert {(r["cause"], r["hung_up_by"], r["codec"]) for r in records} == {
        ("normal", "system", "PCMA")
    }
    assert min(record["mos"] for record in records) > 3.5
    for record in records[::50]:
        (media,) = rig.media(record)
        assert media["dtmf_in"] == 1
        assert media["packets_in"] > 10
        assert media["packets_out"] > 10


@rtp_from_a_capture
def test_a_hundred_bridged_calls_are_hung_up_by_the_caller(rig: Rig) -> None:
    began = time.monotonic()
    with rig.sipp.answering("bridged_callee", rig.callee_port, "-rtp_echo", "-d", "200", calls=100):
        rig.sipp.call("bridged_caller", DIAL, calls=100, rate=25)
    records = rig.new_records(100)
    assert {(r["cause"], r["hung_up_by"], r["missed"]) for r in records} == {
        ("normal", "caller", False)
    }
    most = (time.monotonic() - began) * 1000
    assert all(900 < record["talk_ms"] < most for record in records)
    callee = rig.media(records[50])[1]
    assert callee["packets_in"] > 10  # sipp echoed what the caller said


def test_a_caller_who_streams_a_file_hangs_up(rig: Rig) -> None:
    rig.sipp.call("caller_hangs_up", OPEN, calls=20)
    records = rig.new_records(20)
    assert {(r["cause"], r["hung_up_by"]) for r in records} == {("normal", "caller")}
    (media,) = rig.media(records[0])
    assert media["packets_in"] > 20


def test_every_tenth_message_lost_is_still_one_call_each(rig: Rig) -> None:
    outcome = rig.sipp.call("caller_hangs_up", OPEN, "-lost", "10", calls=25)
    assert outcome.retransmissions > 0
    records = rig.new_records(25)
    assert {record["cause"] for record in records} == {"normal"}


def test_a_retransmitted_invite_is_the_same_call(rig: Rig) -> None:
    with rig.sipp.answering("bridged_callee", rig.callee_port, "-d", "1200", calls=5):
        outcome = rig.sipp.call("retransmitted_invite", DIAL, calls=5)
    assert outcome.retransmissions >= 5
    assert {record["cause"] for record in rig.new_records(5)} == {"normal"}


def test_a_cancel_stops_the_ringing_at_the_far_end(rig: Rig) -> None:
    with rig.sipp.answering("rings_until_cancelled", rig.callee_port, calls=50):
        rig.sipp.call("cancel", DIAL, calls=50, rate=50)
    records = rig.new_records(50)
    assert {(r["cause"], r["missed"], r["answered"]) for r in records} == {
        ("cancelled", True, None)
    }


def test_keys_by_info_are_keys(rig: Rig) -> None:
    rig.sipp.call("menu_info", MENU)
    assert {record["hung_up_by"] for record in rig.new_records(5)} == {"system"}


@pytest.mark.parametrize("transport", ["t1", "tn"])
def test_calls_over_tcp_on_one_connection_and_on_one_each(rig: Rig, transport: str) -> None:
    rig.sipp.call("menu_info", MENU, "-t", transport, "-max_socket", "100", calls=30, rate=30)
    assert {record["cause"] for record in rig.new_records(30)} == {"normal"}


@rtp_from_a_capture
@pytest.mark.parametrize("scenario", ["delayed_offer", "bodyless_reinvite"])
def test_an_invite_without_a_body_asks_for_an_offer(rig: Rig, scenario: str) -> None:
    rig.sipp.call(scenario, MENU)
    assert {record["hung_up_by"] for record in rig.new_records(5)} == {"system"}


def test_hold_and_its_end_in_every_form(rig: Rig) -> None:
    rig.sipp.call("hold", OPEN)
    assert {record["cause"] for record in rig.new_records(5)} == {"normal"}


def test_an_unknown_method_in_a_call_is_refused_and_the_call_goes_on(rig: Rig) -> None:
    rig.sipp.call("unknown_method_in_call", OPEN)
    assert {record["cause"] for record in rig.new_records(5)} == {"normal"}


@pytest.mark.parametrize("transport", ["u1", "t1"])
@pytest.mark.parametrize(
    ("scenario", "user"),
    [
        ("options", OPEN),
        ("unknown_method", OPEN),
        ("unknown_require", OPEN),
        ("unknown_number", NOBODY),
    ],
)
def test_what_is_no_call_is_answered_as_the_rfc_says_and_leaves_no_record(
    rig: Rig, scenario: str, user: str, transport: str
) -> None:
    rig.sipp.call(scenario, user, "-t", transport)
    rig.new_records(0)


@pytest.mark.parametrize("transport", ["u1", "t1"])
@pytest.mark.parametrize("scenario", ["unsupported_codec", "malformed_sdp"])
def test_who_offers_nothing_that_we_speak_is_refused_and_was_missed(
    rig: Rig, scenario: str, transport: str
) -> None:
    rig.sipp.call(scenario, OPEN, "-t", transport)
    records = rig.new_records(5)
    assert {(record["cause"], record["missed"]) for record in records} == {("not_acceptable", True)}


@pytest.mark.parametrize("scenario", ["malformed", "nonsense"])
def test_what_breaks_the_rules_of_sip_is_answered_400_or_not_at_all(
    rig: Rig, scenario: str
) -> None:
    """Over UDP: on a stream some of it ends the connection, as RFC 3261 18.3 wants."""
    rig.sipp.call(scenario, OPEN)
    rig.new_records(0)


def test_after_all_that_nothing_is_left(rig: Rig) -> None:
    """Invariant: when every call has ended, no call, leg, port or file is held any more."""
    deadline = time.monotonic() + 60
    while rig.metric("ringfence_legs_open") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert rig.metric("ringfence_calls_open") == 0
    assert rig.metric("ringfence_legs_open") == 0
    assert rig.metric("ringfence_media_restarts_total") == 0
    while (left := rig.worker_descriptors()) > rig.descriptors:  # type: ignore[attr-defined]
        assert time.monotonic() < deadline, f"the media process holds {left} descriptors"
        time.sleep(0.2)
    log = rig.platform.log()
    assert "Traceback" not in log
    faults = [line for line in log.splitlines() if '"level":"error"' in line]
    assert not faults, faults[:3]
