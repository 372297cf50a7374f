"""Erasing for real: a bridged recorded call, kill -9 at any moment, a database put back."""

from __future__ import annotations

import asyncio
import base64
import json
import math
import random
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from array import array
from pathlib import Path
from typing import Any

import pytest
from platform_run import Platform

from ringfence.kernel.clock import DAY, Ms, SystemClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.errors import Refused
from ringfence.storage import erasure_ledger as ledger
from ringfence.storage.audit_check import check_all
from ringfence.storage.folder import DataFolder
from ringfence.storage.recordings import channel_name
from ringfence.storage.store import Store
from ringfence.testing.phone import Phone, PhoneCall

CHILD = Path(__file__).parents[1] / "support" / "erasure_child.py"
CALLER, DIAL = "+12025550123", "+12025550102"
WAIT = 30


def tone(seconds: float, hertz: int) -> array[int]:
    steps = (2 * math.pi * hertz * n / 8000 for n in range(int(8000 * seconds)))
    return array("h", (int(9000 * math.sin(step)) for step in steps))


async def until_heard(talk: PhoneCall) -> None:
    """Wait until the tone of the other side has come through."""
    deadline = asyncio.get_running_loop().time() + WAIT
    while not any(abs(sample) > 7000 for sample in talk.audio.heard):
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.05)


async def bridged_call(platform: Platform, secret: str) -> None:
    """Let a caller and an agent hear each other and hang up."""
    async with Phone(username="desk", password=secret) as desk, Phone(username=CALLER) as phone:
        await desk.register(f"sip:{platform.sip}")
        talk = phone.dial(f"sip:{DIAL}@{platform.sip}")
        ringing = await desk.next_call()
        await ringing.answer()
        await asyncio.wait_for(talk.answered.wait(), WAIT)
        talk.audio.say(tone(WAIT, 440))
        ringing.audio.say(tone(WAIT, 880))
        await until_heard(talk)
        await until_heard(ringing)
        await asyncio.sleep(0.5)
        await ringing.hang_up()
        await talk.wait_over(WAIT)


def saved(platform: Platform, call: str) -> dict[str, Any]:
    """Wait for the recording of a call."""
    deadline = time.monotonic() + WAIT
    while True:
        found = [row for row in platform.do("recording.list", call=call)
                 if row["status"] == "saved"]  # fmt: skip
        if found or time.monotonic() > deadline:
            return dict(found[0])
        time.sleep(0.05)


def fetch(platform: Platform, recording: str, channel: str) -> bytes:
    key = f"{platform.ready['account_sid']}:{platform.ready['auth_token']}"
    request = urllib.request.Request(
        f"{platform.ready['http']}/v1/recordings/{recording}/audio?channel={channel}",
        headers={"Authorization": "Basic " + base64.b64encode(key.encode()).decode()},
    )
    with urllib.request.urlopen(request, timeout=WAIT) as answer:
        return bytes(answer.read())


def test_erasing_the_caller_leaves_the_agents_voice_bit_for_bit(tmp_path: Path) -> None:
    with Platform(tmp_path / "data") as platform:
        platform.number(
            DIAL,
            "<Response><Dial timeout='20' record='record-from-answer-dual'>"
            "<Sip>sip:desk@127.0.0.1</Sip></Dial></Response>",
        )
        secret = platform.ask("phone", "add", "desk")["secret"]
        asyncio.run(bridged_call(platform, secret))
        [call] = platform.calls(ended=1)
        recording = saved(platform, call["sid"])["sid"]
        before = {side: fetch(platform, recording, side) for side in ("in", "out")}
        assert before["in"] != before["out"]

        done = json.loads(platform.cli("privacy", "erase", CALLER, "--yes", "--json").stdout)
        assert done["status"] == "done"
        assert fetch(platform, recording, "out") == before["out"]
        with pytest.raises(urllib.error.HTTPError) as refused:
            fetch(platform, recording, "in")
        assert json.loads(refused.value.read())["code"] == "erased"
        kept = sorted(path.name for path in (tmp_path / "data" / "objects").rglob("*.rfr"))
        assert kept == [channel_name(recording, 1)]
        assert platform.calls()[0]["caller"] is None
        assert platform.ask("privacy", "audit", "verify")["faults"] == []


def test_a_database_put_back_is_refused_until_it_has_forgotten_again(tmp_path: Path) -> None:
    data, copy = tmp_path / "data", tmp_path / "backup"
    platform = Platform(data)
    with platform:
        asyncio.run(brief_call(platform))
        platform.calls(ended=1)
        platform.cli("backup", str(copy))
        done = platform.ask("privacy", "erase", CALLER, "--yes")
    shutil.copy(copy / "ringfence.db", data / "ringfence.db")
    with pytest.raises(RuntimeError, match="erasures_to_replay"):
        platform.start()
    platform._claim = None
    told = platform.ask("restore", "--replay")
    assert told["erased_again"] == [done["sid"]]
    with platform:
        assert platform.calls()[0]["caller"] is None


async def brief_call(platform: Platform) -> None:
    async with Phone(username=CALLER) as phone:
        talk = await phone.call(f"sip:echo@{platform.sip}", caller=CALLER)
        await talk.hang_up()


# --- kill -9 ------------------------------------------------------------------------------------


def test_whoever_was_being_erased_is_erased_after_a_kill(tmp_path: Path) -> None:
    folder, rng, acknowledged = tmp_path / "data", random.Random(4), {}
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, str(CHILD), str(folder)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "open"
        lines = [child.stdout.readline() for _ in range(rng.randint(1, 2))]
        time.sleep(rng.uniform(0, 0.08))
        child.send_signal(signal.SIGKILL)
        lines += child.stdout.read().splitlines()
        child.stdout.close()
        child.wait()
        for line in lines:
            words = line.split()
            if len(words) == 4:
                acknowledged[words[0]] = (words[1], int(words[2]), words[3])
        check(folder, acknowledged)
    assert len(acknowledged) >= 3


def check(folder: Path, acknowledged: dict[str, tuple[str, int, str]]) -> None:
    store = Store.open(DataFolder(folder), clock=SystemClock(), entropy=SystemEntropy())
    try:
        store.eraser.resume()
        reading = store.db.reading
        rows = reading._cursor
        assert ledger.of_state(reading, "begun", count=9) == []
        for erasure, (party, serial, recording) in acknowledged.items():
            done = ledger.get(reading, erasure)
            assert done is not None
            assert (done.state, done.due_at) == ("done", None)
            with pytest.raises(Refused):
                store.keystore.key(serial)
            assert rows.execute("SELECT 1 FROM parties WHERE id = ?", (party,)).fetchall() == []
            assert not (store.folder.recordings / channel_name(recording, 0)).exists()
        # everybody who is still there is whole: planned at the most, and nothing of them touched
        for party, serial in rows.execute("SELECT id, key_serial FROM parties").fetchall():
            assert len(store.keystore.key(serial)) == 32, party
        # the calls are written down as if they were old: their leaves are as young as this test
        later = Ms(SystemClock().now() + 200 * DAY)
        found = check_all(
            reading, store.trail.size, signer=store.signer(), salt=store.salt, now=later
        )
        assert found.faults == []
    finally:
        store.close()
