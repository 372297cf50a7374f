"""``ringfence demo``: start the platform, call it with the built-in phone, show what happens.

Nothing here is staged: the processes are those of ``ringfence up``, the call is SIP and RTP over
sockets, and the lines come from the timeline that every call has.
"""

from __future__ import annotations

import json
import os
import queue
import select
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import click

from ringfence import config
from ringfence.cli import show
from ringfence.cli.control import Remote, opened, running
from ringfence.cli.facts import audio_address, kind, taken
from ringfence.cli.options import chosen, folder_option, json_option, setting_options
from ringfence.cli.plan import plan
from ringfence.cli.running import prepare
from ringfence.config import Settings
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import DEMO_SETTLE, READY_WAIT

ELSEWHERE = {"http": "127.0.0.1:0", "sip": "127.0.0.1:0", "rtp": "30000-39999"}
"""What the demo takes instead where another program holds a port nobody asked for by flag."""


@click.command()
@click.option("--keep", is_flag=True, help="Leave the caller unerased, to listen to the message.")
@folder_option
@setting_options
@json_option
def demo(keep: bool, data: Path | None, as_json: bool, **flags: str | None) -> None:
    """Start the platform, place a real call into it, erase the caller, and leave it running.

    The built-in phone calls over SIP and RTP, listens to the menu, presses a key and leaves a
    spoken message; the call's timeline is printed as it happens. Then the caller is erased: the
    plan, the signed receipt, and a search of every byte of the data folder.

    \b
    Examples:
      ringfence demo
      ringfence demo --keep
      ringfence demo --data /tmp/try --http 127.0.0.1:8090
    """
    settings = config.load(data, flags=chosen(flags))
    say = Narrator(quiet=as_json)
    ready = start(settings, say)
    sip = nearby(settings, ready["sip"])
    ready["sip"] = sip
    say(f"\nThe built-in phone calls sip:welcome@{sip}:\n")
    sid = _call(settings, sip, say)
    record = _settled(settings, sid)
    erased = {} if keep else _erase(settings, say)
    if as_json:
        show.document({**ready, "call": record, **erased})
    else:
        _print(whereabouts(settings, ready, record, kept=keep))
        _print(epilogue(settings, ready))
    if erased.get("search", {}).get("hits"):
        raise Refused("found_again", "something of the caller was found again; see above")


def _erase(settings: Settings, say: Narrator) -> dict[str, Any]:
    from ringfence.cli.demo_erase import erase_caller

    return erase_caller(settings, say)


def nearby(settings: Settings, sip: str) -> str:
    """Return where a program on this machine calls: over loopback, which is trusted, if it can."""
    port = sip.rpartition(":")[2]
    return f"127.0.0.1:{port}" if kind(settings.sip.host) == "any" else sip


class Narrator:
    """Prints what happens, or keeps quiet."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet

    def __call__(self, text: str) -> None:
        if not self.quiet:
            click.echo(text)

    def line(self, item: dict[str, Any]) -> None:
        """Print one line of the timeline."""
        if not self.quiet:
            show.line(item)


def start(settings: Settings, say: Narrator) -> dict[str, Any]:
    """Return the ready line of the platform on the data folder, starting it where needed."""
    if running(settings):
        say("Ringfence is running already on this data folder; the demo calls it.")
        return _introduce(settings)
    names = [blocked.name for blocked in taken(settings)]
    moved = {name: ELSEWHERE[name] for name in names if _movable(settings, name)}
    if moved:
        say(f"Another program holds the usual port of {', '.join(moved)}; using a free one.")
        settings = config.load(settings.data, flags=settings.flags() | moved)
    say(f"Starting Ringfence on {settings.data} …")
    ready = _spawn(settings)
    say(f"  status page   {ready['http']}\n  SIP           {ready['sip']}")
    return ready


def _movable(settings: Settings, name: str) -> bool:
    return settings.sources[name] == "default"


def _introduce(settings: Settings) -> dict[str, Any]:
    """Put together what the ready line says from a server that runs already."""
    with opened(settings) as ask:
        status = ask.run("system.status")
        link = ask.run("admin.link")
    return {
        "http": status["http"],
        "sip": status["sip"],
        "admin_url": status["http"].rstrip("/") + link["path"],
    }


def _spawn(settings: Settings) -> dict[str, Any]:
    """Start the supervisor in a session of its own and wait for the ready line."""
    settings = prepare(settings)
    words = json.dumps(plan(settings, as_json=True, bind=audio_address(settings)))
    with _private_log(settings.log_dir / "up.log") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "ringfence.supervisor", words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    assert process.stdout is not None
    with process.stdout as pipe:
        line = _first_line(pipe.fileno())
    if not line:
        process.terminate()
        raise Refused("cannot_start", f"it did not become ready; {settings.log_dir} says why")
    ready: dict[str, Any] = json.loads(line)
    if "refused" in ready:
        raise Refused(ready["refused"], ready["reason"])
    process.returncode = 0  # it goes on without us, and that is no mistake of this program
    return ready


def _private_log(path: Path) -> BinaryIO:
    """Open a log that only its owner can read, also where an older one was open to others."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    os.fchmod(descriptor, 0o600)
    return os.fdopen(descriptor, "ab")


def _first_line(descriptor: int) -> bytes:
    deadline = time.monotonic() + READY_WAIT
    line = b""
    while not line.endswith(b"\n"):
        remaining = deadline - time.monotonic()
        if remaining <= 0 or not select.select([descriptor], [], [], remaining)[0]:
            return b""
        piece = os.read(descriptor, 65_536)
        if not piece:
            return b""
        line += piece
    return line


def _call(settings: Settings, sip: str, say: Narrator) -> str:
    """Place the call, print its timeline meanwhile, return its SID."""
    from ringfence.cli.demo_call import call

    lines: queue.Queue[dict[str, Any] | None] = queue.Queue()
    failures: list[BaseException] = []
    with Remote(settings.control_socket) as remote:
        threading.Thread(target=_feed, args=(remote, lines), daemon=True).start()
        work = partial(_place, call, sip, lines, failures)
        threading.Thread(target=work, daemon=True).start()
        sid = ""
        for item in iter(lines.get, None):
            sid = sid or item["call"]
            if item["call"] == sid:
                say.line(item)
    if failures:
        raise failures[0]
    if not sid:
        raise Refused("demo_failed", f"no call arrived; {settings.log_dir} says why")
    return sid


def _feed(remote: Remote, lines: queue.Queue[dict[str, Any] | None]) -> None:
    try:
        for item in remote.follow("timeline.follow"):
            lines.put(item)
    except (Refused, ValueError):
        pass  # the call is over and the socket was closed under us
    finally:
        lines.put(None)


def _place(
    call: Callable[[str], None],
    sip: str,
    lines: queue.Queue[dict[str, Any] | None],
    failures: list[BaseException],
) -> None:
    try:
        call(sip)
        time.sleep(DEMO_SETTLE)  # the lines that follow the hang-up
    except BaseException as error:  # noqa: BLE001 - raised again by whoever waits for us
        failures.append(error)
    finally:
        lines.put(None)


def _settled(settings: Settings, sid: str) -> dict[str, Any]:
    """Return the record of the call once it is complete."""
    deadline = time.monotonic() + READY_WAIT
    with opened(settings) as ask:
        while True:
            record: dict[str, Any] = ask.run("call.show", sid=sid)
            pending = any(item["status"] == "in-progress" for item in record["recordings"])
            if (record["status"] == "ended" and not pending) or time.monotonic() > deadline:
                return record
            time.sleep(0.1)


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        click.echo(line)


def whereabouts(
    settings: Settings, ready: dict[str, Any], record: dict[str, Any], *, kept: bool
) -> Iterator[str]:
    """Yield where what the call left behind can be found. ``kept``: its caller was not erased."""
    flag, program = _flag(settings), show.program()
    yield ""
    for item in record["recordings"]:
        length = f"{item['kind']}, {show.seconds(item.get('duration_ms'))}"
        place = f"              {ready['http'].rstrip('/')}/v1/recordings/{item['sid']}"
        if kept:
            yield f"Recording     {length}, sealed"
            yield f"              {program} recording export {item['sid']}{flag}"
            yield f"{place}/audio"
        else:
            yield f"Recording     {length}; its sound went with its caller"
            yield place
            yield f"              to leave one and listen to it: {program} demo --keep{flag}"
    yield f"Call record   {program} call show {record['sid']}{flag}"
    yield f"Status page   {ready['http']}"
    yield f"Sign in once  {ready['admin_url']}"


def epilogue(settings: Settings, ready: dict[str, Any]) -> Iterator[str]:
    """Yield what can be done next."""
    flag, program = _flag(settings), show.program()
    yield ""
    yield "It goes on running. Call it with any SIP phone on this machine:"
    yield f"  sip:welcome@{ready['sip']}   or   sip:echo@{ready['sip']}"
    yield f"Prove it with made-up people in every feature: {program} privacy prove-erasure{flag}"
    yield f"Stop it with: {program} stop{flag}"


def _flag(settings: Settings) -> str:
    data = str(settings.data)
    return f" --data {shlex.quote(data)}" if data != config.DATA_DEFAULT else ""
