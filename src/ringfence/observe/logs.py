"""Logs carry a constant event name, ids, small numbers and code words. Nothing else gets out.

Nobody has to remember that. Every field that may appear is declared in `FIELDS` with the kind of
value it holds; the redacting processor drops undeclared fields and replaces whatever does not fit
its kind, so a telephone number, a digit a caller pressed, a name or an address handed to a logger
by mistake is removed before the line is made. Exceptions appear as their types and the places in
the code they passed, never with their text. Messages of libraries appear as the place they came
from, because their text holds addresses and paths.

No logging library: those at hand bring colours, tables and pretty tracebacks for a terminal, five
megabytes in a process that writes JSON to a file.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, NamedTuple, TextIO

import msgspec

from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import LOG_COUNT_MAX, LOG_FRAMES_MAX, LOG_VALUE_MAX
from ringfence.kernel.lines import Lines

REMOVED = "removed"

_EVENT = re.compile(r"[a-z][a-z_]{2,63}")
_IDENT = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
_WORD = re.compile(r"(?!.*[0-9]{4})[A-Za-z_][A-Za-z0-9_.\-]*")
_FIELD_NAME = re.compile(r"[a-z][a-z_]{0,31}")


class Kind(NamedTuple):
    """A kind of value: what it is called in the reference, and what is let through."""

    shape: str
    show: Callable[[object], object]


def _ident(value: object) -> object:
    return value if isinstance(value, str) and _IDENT.fullmatch(value) else REMOVED


def _word(value: object) -> object:
    if isinstance(value, type):
        value = value.__name__
    elif isinstance(value, BaseException):
        value = type(value).__name__
    text = str(getattr(value, "value", value))
    return text if len(text) <= LOG_VALUE_MAX and _WORD.fullmatch(text) else REMOVED


def _count(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return REMOVED
    if abs(value) <= LOG_COUNT_MAX:
        return value if isinstance(value, int) else round(value, 3)
    return float(f"{value:.1e}")  # two digits of a large figure: a size, and nobody's number


def _flag(value: object) -> object:
    return value if isinstance(value, bool) else REMOVED


IDENT = Kind("an id", _ident)
WORD = Kind("a word of code", _word)
COUNT = Kind("a number", _count)
FLAG = Kind("true or false", _flag)

FIELDS: Mapping[str, tuple[Kind, str]] = {
    "account": (IDENT, "the account concerned"),
    "bytes": (COUNT, "a size"),
    "call": (IDENT, "the call concerned"),
    "carrier": (WORD, "name of the carrier of messages"),
    "message": (IDENT, "the text message concerned"),
    "case": (IDENT, "the request, grievance, demand or incident concerned"),
    "cause": (WORD, "why a call or leg ended"),
    "clip": (IDENT, "the piece of audio concerned"),
    "code": (WORD, "the stable code of a refusal"),
    "command": (WORD, "what was asked of a process or machine"),
    "count": (COUNT, "how many"),
    "effect": (WORD, "what a call wanted done"),
    "engine": (WORD, "native or reference"),
    "error": (WORD, "type of an exception"),
    "error_code": (COUNT, "Twilio's number of a refusal"),
    "event_name": (WORD, "kind of a SIP event"),
    "exit_code": (COUNT, "how a process ended"),
    "flow": (IDENT, "the flow concerned"),
    "helper": (WORD, "which helper process"),
    "hint": (COUNT, "protocol status that answers bad bytes"),
    "delivery": (IDENT, "the callback concerned"),
    "job": (IDENT, "the job concerned"),
    "kind": (WORD, "which of several kinds"),
    "leg": (IDENT, "the leg concerned"),
    "legs": (COUNT, "how many legs"),
    "lost": (COUNT, "how many lines before this one could not be written, e.g. on a full disk"),
    "method": (WORD, "SIP or HTTP method"),
    "ms": (COUNT, "a duration in milliseconds"),
    "notice": (WORD, "kind of a notice from the media process"),
    "number": (IDENT, "id of the number concerned, never its digits"),
    "origin": (WORD, "module a library's message came from"),
    "outcome": (WORD, "what came of a payment"),
    "payment": (IDENT, "the payment concerned"),
    "phone": (IDENT, "id of the phone device concerned"),
    "pid": (COUNT, "process id"),
    "port": (COUNT, "a port of ours"),
    "process": (WORD, "serve or media"),
    "reason": (WORD, "a code word, never a sentence"),
    "recording": (IDENT, "the recording concerned"),
    "stream": (IDENT, "the media stream concerned"),
    "seconds": (COUNT, "a duration in seconds"),
    "shard": (COUNT, "number of a media process"),
    "signal": (COUNT, "number of a signal"),
    "state": (WORD, "the new state"),
    "status": (COUNT, "SIP or HTTP status"),
    "transport": (WORD, "udp, tcp, tls or ws"),
    "trunk": (IDENT, "the trunk concerned"),
    "try": (COUNT, "which attempt"),
    "use_case": (WORD, "name of a use case"),
    "version": (WORD, "a version"),
}
"""Every field a log line may have. ``docs/reference/logs.md`` is made from it."""

_OWN = frozenset({"event", "level", "module", "exc_info"})


def redact(line: Mapping[str, Any]) -> dict[str, Any]:
    """Let through what is declared and fits; say the names of what was dropped."""
    event = str(line.get("event", ""))
    clean: dict[str, Any] = {
        "event": event if _EVENT.fullmatch(event) else "unnamed",
        "level": line.get("level", "info"),
    }
    if "module" in line:
        clean["module"] = _word(line["module"])
    dropped: list[str] = []
    for name, value in line.items():
        if name in _OWN or value is None:
            continue
        declared = FIELDS.get(name)
        if declared is None:
            dropped.append(name if _FIELD_NAME.fullmatch(name) else "?")
        else:
            clean[name] = declared[0].show(value)
    if dropped:
        clean["dropped"] = dropped
    error = line.get("exc_info")
    if error:
        clean.update(_exception(error))
    return clean


def _exception(info: object) -> dict[str, Any]:
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if not isinstance(error, BaseException):
        return {}
    shown: dict[str, Any] = {"error": type(error).__name__, "frames": _frames(error.__traceback__)}
    if isinstance(error, Refused):
        shown["code"] = _word(error.code)
    cause = error.__cause__ or error.__context__
    if cause is not None:
        shown["cause_error"] = type(cause).__name__
        shown["cause_frames"] = _frames(cause.__traceback__)
    return shown


def _frames(trace: TracebackType | None) -> list[str]:
    """Places in the code, innermost last: module, line, function. No values, no source."""
    places = [
        f"{frame.f_globals.get('__name__', '?')}:{line}:{frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(trace)
    ]
    return places[-LOG_FRAMES_MAX:]


LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}
"""Each level and its weight, the least first."""


class _Output:
    """Where lines go: from which weight on, and to which stream (standard error when None).

    A line that cannot be written is lost; the next that can says how many were.
    """

    def __init__(self) -> None:
        self.threshold = LEVELS["info"]
        self.stream: TextIO | int | None = None
        self._lines = Lines(self._take)
        self._lock = threading.Lock()

    @property
    def lost(self) -> int:
        """How many lines were lost since the last that was written."""
        return self._lines.lost

    def write(self, line: dict[str, Any]) -> None:
        with self._lock:
            if self.lost:
                line["lost"] = self.lost
            self._lines.put(msgspec.json.encode(line) + b"\n")

    def _take(self, data: bytes) -> int:
        if isinstance(self.stream, int):
            return os.write(self.stream, data)
        stream = self.stream or sys.stderr
        stream.write(data.decode())
        stream.flush()
        return len(data)


_OUTPUT: Final = _Output()


class Logger:
    """Says lines of one module: ``log.warning("trunk_refused", trunk=trunk_id)``.

    Fields are those of `FIELDS`, and ``exc_info``: an exception, or True for the one handled now.
    """

    def __init__(self, module: str) -> None:
        self._module = module

    def say(self, level: str, event: str, fields: Mapping[str, Any]) -> None:
        """Write one line, redacted, where its level is heard."""
        if LEVELS[level] >= _OUTPUT.threshold:
            line = redact({"event": event, "level": level, "module": self._module, **fields})
            line["at"] = datetime.now(UTC).isoformat(timespec="milliseconds")
            _OUTPUT.write(line)

    def debug(self, event: str, **fields: object) -> None:
        """Say what only a developer looks for."""
        self.say("debug", event, fields)

    def info(self, event: str, **fields: object) -> None:
        """Say what happened."""
        self.say("info", event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Say what went on in spite of something."""
        self.say("warning", event, fields)

    def error(self, event: str, **fields: object) -> None:
        """Say what could not be done."""
        self.say("error", event, fields)

    def critical(self, event: str, **fields: object) -> None:
        """Say what ends the process."""
        self.say("critical", event, fields)

    def exception(self, event: str, **fields: object) -> None:
        """Say what could not be done, and by which exception."""
        self.say("error", event, {"exc_info": True, **fields})


class LibraryHandler(logging.Handler):
    """Turns the messages of libraries into lines that say where from and how grave, no more."""

    def emit(self, record: logging.LogRecord) -> None:
        level = next((name for name, n in LEVELS.items() if n == record.levelno), "info")
        fields = {"origin": record.name, "exc_info": record.exc_info}
        get_logger(__name__).say(level, "library_message", fields)


def configure(level: str = "info", stream: TextIO | int | None = None) -> None:
    """Send every log line of this process, ours and the libraries', to ``stream`` as JSON.

    ``level``: debug, info, warning or error; ``stream``: a file, or a descriptor, which keeps no
    text back for a disk that is full; standard error when None. Libraries are heard from
    ``warning`` upwards. What ends the process or a thread becomes a line, too.
    """
    _OUTPUT.threshold, _OUTPUT.stream = LEVELS[level], stream
    logging.basicConfig(
        handlers=[LibraryHandler()], level=max(LEVELS[level], logging.WARNING), force=True
    )
    logging.captureWarnings(capture=True)
    sys.excepthook = _crashed
    threading.excepthook = _thread_crashed
    sys.unraisablehook = _unraisable


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """An exception that ends the process: a traceback would show its text."""
    get_logger(__name__).critical("process_crashed", exc_info=(kind, error, trace))


def _thread_crashed(crash: threading.ExceptHookArgs) -> None:
    get_logger(__name__).error("thread_crashed", exc_info=crash.exc_value)


def _unraisable(trouble: sys.UnraisableHookArgs) -> None:
    get_logger(__name__).error("exception_lost", exc_info=trouble.exc_value)


def get_logger(name: str) -> Logger:
    """Return a logger for module ``name``."""
    return Logger(name)
