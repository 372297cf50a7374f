"""linphone, a telephone nobody here wrote: attended transfer, and TLS with a client certificate."""

from __future__ import annotations

import math
import subprocess
import time
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from linphone_run import LINPHONE, Linphone
from platform_run import Platform, free_port

pytestmark = pytest.mark.skipif(
    LINPHONE is None, reason="linphone is not installed: apt-get install linphone-cli"
)

ALICE, BOB, CAROL = "alice", "bob", "carol"
HERTZ = {ALICE: 440, BOB: 700, CAROL: 1000}
Start = Callable[..., Linphone]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    secure = f"127.0.0.1:{free_port()}"
    with Platform(tmp_path_factory.mktemp("linphone") / "data", "--sip-tls", secure) as running:
        running.secure = secure  # type: ignore[attr-defined]
        running.secrets = {  # type: ignore[attr-defined]
            name: running.do("phone.add", name=name)["secret"] for name in HERTZ
        }
        yield running


@pytest.fixture
def start(platform: Platform, tmp_path: Path) -> Iterator[Start]:
    """Start phones; each is registered when this returns."""
    started: list[Linphone] = []

    def one(name: str, **options: object) -> Linphone:
        rtp = range(13_000 + 20 * len(started), 13_020 + 20 * len(started))
        phone = Linphone(tmp_path / name, name, hertz=HERTZ[name], rtp=rtp, **options)  # type: ignore[arg-type]
        started.append(phone)
        secure = phone.transport == "tls"
        where = platform.secure if secure else platform.sip  # type: ignore[attr-defined]
        phone.register(where, platform.secrets[name])  # type: ignore[attr-defined]
        until(lambda: registered(platform, name), phone.log)
        return phone

    yield one
    for phone in started:
        phone.close()
    until(lambda: not any(registered(platform, name) for name in HERTZ), lambda: "registered")


def registered(platform: Platform, name: str) -> bool:
    return any(one["name"] == name and one["registered"] for one in platform.do("phone.list"))


def until(true: Callable[[], bool], explain: Callable[[], str], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, explain()[-3000:]
        time.sleep(0.1)


def strength(pcm: array[int], hertz: int) -> float:
    """The share, 0 to 1, of a frequency in the power of a sound at 8000 Hz (Goertzel)."""
    power = sum(sample * sample for sample in pcm)
    if not power:
        return 0.0
    turn = 2 * math.cos(math.tau * hertz / 8000)
    before = last = 0.0
    for sample in pcm:
        before, last = last, sample + turn * last - before
    return 2 * (before * before + last * last - turn * before * last) / (power * len(pcm))


def last_second(phone: Linphone, hertz: int) -> float:
    return strength(phone.heard()[-8000:], hertz)


def call(caller: Linphone, callee: Linphone, to: str) -> None:
    caller.do(f"call sip:{callee.name}@{to} --audio-only")
    callee.wait_for("Receiving new incoming call")
    callee.do("answer")
    callee.wait_for("Media streams established")


def test_who_asks_a_third_and_transfers_leaves_the_two_talking(
    platform: Platform, start: Start
) -> None:
    before = len(platform.calls())
    alice, bob, carol = (start(name) for name in HERTZ)
    call(alice, bob, platform.sip)
    bob.do("pause")
    bob.wait_for("is now paused")
    call(bob, carol, platform.sip)
    time.sleep(1)
    bob.do("transfer 1 --to-call 2")
    bob.wait_for("has been transfered")
    until(lambda: last_second(alice, HERTZ[CAROL]) > 0.9, alice.log)
    until(lambda: last_second(carol, HERTZ[ALICE]) > 0.9, carol.log)
    carol.do("terminate")
    alice.wait_for("ended")
    calls = platform.calls(ended=before + 2)[:2]
    assert [(one["cause"], one["missed"]) for one in calls] == [("normal", False)] * 2
    for one in calls:
        legs = platform.do("call.show", sid=one["sid"])["legs"]
        assert sorted(leg["cause"] for leg in legs) == ["normal", "transferred"]


def test_phones_with_a_certificate_of_their_own_talk_over_tls(
    platform: Platform, start: Start, tmp_path: Path
) -> None:
    before = len(platform.calls())
    key, certificate = tmp_path / "phone.key", tmp_path / "phone.crt"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=phone", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    options = {"transport": "tls", "client": (certificate, key)}
    alice, bob = (start(name, **options) for name in (ALICE, BOB))
    call(alice, bob, f"{platform.secure};transport=tls")  # type: ignore[attr-defined]
    until(lambda: last_second(alice, HERTZ[BOB]) > 0.9, alice.log)
    bob.do("terminate")
    record = platform.calls(ended=before + 1)[0]
    assert (record["cause"], record["hung_up_by"]) == ("normal", "callee")
    alice.wait_for("ended")


def test_nothing_broke_inside(platform: Platform) -> None:
    assert "Traceback" not in platform.log()
    assert '"level":"error"' not in platform.log()
