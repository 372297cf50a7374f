"""No person gets into a log line, however hard a caller of the logger tries."""

import errno
import io
import json
import logging
import os
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.phone import Phone
from ringfence.observe import logs

NUMBER = "+12025550123"
DIGITS = "2025550123"
CALL = "CA018c" + "0" * 28


@pytest.fixture(autouse=True)
def restore() -> Iterator[None]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    yield
    logs.configure("info")
    root.handlers[:], root.level = before[0], before[1]
    logging.captureWarnings(capture=False)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks


@pytest.fixture
def stream() -> io.StringIO:
    stream = io.StringIO()
    logs.configure("debug", stream)
    return stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_proper_line_is_kept(stream: io.StringIO) -> None:
    logs.get_logger("ringfence.switch").info("leg_answered", call=CALL, ms=120, transport="udp")
    [line] = lines(stream)
    assert line["event"] == "leg_answered"
    assert line["call"] == CALL
    assert (line["ms"], line["transport"], line["level"]) == (120, "udp", "info")
    assert line["module"] == "ringfence.switch"
    assert line["at"].endswith("+00:00")


@pytest.mark.parametrize(
    "fields",
    [
        {"caller": NUMBER},
        {"call": NUMBER},
        {"number": NUMBER},
        {"reason": f"could not reach {NUMBER}"},
        {"reason": DIGITS},
        {"state": "digit 7 pressed"},
        {"count": 12025550123},
        {"ms": 2025550123},
        {"seconds": 2025550123.0},
        {"call": Phone(NUMBER)},
        {"pid": DIGITS},
        {"to_2025550123": 1},
        {"error": ValueError(NUMBER)},
        {"exc_info": ValueError(f"bad number {NUMBER}")},
        {"port": None, "text": b"2025550123"},
        {"flow": {"n": NUMBER}},
    ],
)
@pytest.mark.promise("TEL-14")
def test_a_number_passed_anywhere_is_removed(stream: io.StringIO, fields: dict[str, Any]) -> None:
    logs.get_logger("ringfence.test").warning("something_happened", **fields)
    assert DIGITS not in stream.getvalue()
    assert "digit 7" not in stream.getvalue()
    [line] = lines(stream)
    assert line["event"] == "something_happened"


def test_a_number_in_the_event_name_is_removed(stream: io.StringIO) -> None:
    logs.get_logger("ringfence.test").info(f"call from {NUMBER}")
    assert DIGITS not in stream.getvalue()
    assert lines(stream)[0]["event"] == "unnamed"


def test_dropped_fields_are_named(stream: io.StringIO) -> None:
    logs.get_logger("ringfence.test").info("something_happened", caller="x", called="y")
    assert lines(stream)[0]["dropped"] == ["caller", "called"]


def test_an_exception_shows_types_and_places_only(stream: io.StringIO) -> None:
    def inner() -> None:
        raise ValueError(f"{NUMBER} is not good")

    try:
        try:
            inner()
        except ValueError as error:
            raise LocalError(f"while dialling {NUMBER}") from error
    except LocalError:
        logs.get_logger("ringfence.test").exception("call_failed", call=CALL)
    [line] = lines(stream)
    assert DIGITS not in stream.getvalue()
    assert line["error"] == "LocalError"
    assert line["cause_error"] == "ValueError"
    assert line["cause_frames"][-1].endswith(":inner")


def test_a_refusal_shows_its_code(stream: io.StringIO) -> None:
    refusal = Refused("quota", f"no more calls for {NUMBER}")
    logs.get_logger("ringfence.test").info("call_refused", exc_info=refusal)
    assert lines(stream)[0]["code"] == "quota"
    assert DIGITS not in stream.getvalue()


def test_libraries_lose_their_text(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").warning("peer %s said %s", "192.0.2.7", NUMBER)
    [line] = lines(stream)
    assert line["event"] == "library_message"
    assert line["origin"] == "uvicorn.error"
    assert "192.0.2.7" not in stream.getvalue()
    assert DIGITS not in stream.getvalue()


def test_library_chatter_is_not_heard(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn.access").info("GET /")
    assert stream.getvalue() == ""


def test_warnings_lose_their_text(stream: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(f"deprecated {NUMBER}", stacklevel=1)
    assert DIGITS not in stream.getvalue()
    assert lines(stream)[0]["origin"] == "py.warnings"


def test_the_level_is_obeyed() -> None:
    stream = io.StringIO()
    logs.configure("error", stream)
    logs.get_logger("ringfence.test").warning("something_happened")
    assert stream.getvalue() == ""


def test_large_figures_keep_their_size_only(stream: io.StringIO) -> None:
    logs.get_logger("ringfence.test").info("file_written", bytes=123_456_789, count=999_999)
    assert lines(stream)[0]["bytes"] == 120_000_000
    assert lines(stream)[0]["count"] == 999_999


@given(
    name=st.sampled_from([*logs.FIELDS, "caller", "body"]),
    digits=st.text("0123456789", min_size=7, max_size=15),
    before=st.sampled_from(["", "+", "tel:", "sip:", "a", "CA", "G"]),
)
def test_no_run_of_digits_passes(name: str, digits: str, before: str) -> None:
    """Whatever field it is passed in, a run of seven digits does not come out."""
    line = logs.redact({"event": "something_happened", name: before + digits})
    assert digits not in json.dumps(line, default=str)


def test_a_crash_is_a_line_without_text(stream: io.StringIO) -> None:
    error = LocalError(f"could not dial {NUMBER}")
    sys.excepthook(LocalError, error, None)
    thread = threading.Thread(target=lambda: int(NUMBER + "x"))
    thread.start()
    thread.join()
    crash, in_thread = lines(stream)
    assert (crash["event"], crash["error"]) == ("process_crashed", "LocalError")
    assert (in_thread["event"], in_thread["error"]) == ("thread_crashed", "ValueError")
    assert DIGITS not in stream.getvalue()


def test_an_exception_nobody_can_catch_is_a_line_without_text(stream: io.StringIO) -> None:
    class Odd:
        def __del__(self) -> None:
            raise ValueError(NUMBER)

    hook = sys.unraisablehook
    odd = Odd()
    sys.unraisablehook = hook
    del odd
    assert lines(stream)[0]["event"] == "exception_lost"
    assert DIGITS not in stream.getvalue()


@pytest.mark.promise("CLS-04")
@pytest.mark.promise("CLS-05")
def test_what_web_servers_like_to_note_is_removed(stream: io.StringIO) -> None:
    logs.get_logger("ringfence.test").info(
        "page_fetched",
        method="GET",
        status=200,
        remote="192.0.2.77",
        origin="192.0.2.77",
        cookie="session=canary",
        state="session=canary",
        path="/v1/calls?from=canary",
        reason="/v1/calls?from=canary",
        user_agent="Canary/5.0 (X11)",
    )
    text = stream.getvalue()
    assert "canary" not in text.lower()
    assert "192.0.2.77" not in text
    [line] = lines(stream)
    assert (line["method"], line["status"]) == ("GET", 200)


@pytest.mark.parametrize("event", ["debug", "info", "warning", "error", "critical", "exception"])
def test_a_line_a_full_disk_does_not_take_is_counted_in_the_next(event: str) -> None:
    room = [False]

    class Small(io.StringIO):
        def write(self, text: str) -> int:
            if not room[0]:
                raise OSError(errno.ENOSPC, "no room")
            return super().write(text)

    stream = Small()
    logs.configure("debug", stream)
    for _ in range(3):
        getattr(logs.get_logger("ringfence.test"), event)("something_happened")
    logging.getLogger("uvicorn.error").warning("anything")
    room[0] = True
    logs.get_logger("ringfence.test").info("something_happened")
    logs.get_logger("ringfence.test").info("something_happened")
    assert [line.get("lost") for line in lines(stream)] == [4, None]


def test_a_descriptor_keeps_nothing_back() -> None:
    """/dev/full says of every byte that there is no room for it."""
    with Path("/dev/full").open("wb", buffering=0) as full:
        logs.configure("info", full.fileno())
        logs.get_logger("ringfence.test").info("something_happened")
    assert logs._OUTPUT.lost == 1
    read, write = os.pipe()
    logs.configure("info", write)
    logs.get_logger("ringfence.test").info("something_happened")
    os.close(write)
    with os.fdopen(read) as pipe:
        assert json.loads(pipe.read())["lost"] == 1
