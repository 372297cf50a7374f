"""One connection to a server: sends, sends again where that is safe, reads problems and events."""

from __future__ import annotations

import base64
import http.client
import ssl
import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import SplitResult, quote, urlencode, urlsplit

import msgspec

T = TypeVar("T")

TRIES = 4
"""How often a request is sent before its failure is told."""
PAUSE = 0.2
"""Seconds before the second time; each pause is twice as long as the one before."""
PAUSE_MOST = 30.0
"""Seconds: no server is waited for longer, whatever it says."""
ANSWER_BYTES = 1 << 30
"""The largest answer that is read: a recording of a day."""
LINE_BYTES = 1 << 20
"""The longest line of an event stream."""

_AGAIN = frozenset({429, 503, 504})


class ApiError(Exception):
    """A refusal (RFC 9457). ``code`` is the word to decide by, ``detail`` a sentence.

    ``pointer``: where in what was sent it is wrong (RFC 6901), where the server says so.
    """

    def __init__(self, problem: Mapping[str, Any], status: int) -> None:
        self.status = status
        self.code = str(problem.get("code", "unknown"))
        self.title = str(problem.get("title", ""))
        self.detail = str(problem.get("detail", ""))
        self.type = str(problem.get("type", "about:blank"))
        self.clause: str | None = problem.get("clause")
        self.pointer: str | None = problem.get("pointer")
        super().__init__(f"{status} {self.code}: {self.detail}")


class ConnectionFailed(Exception):
    """No answer came, however often it was asked."""


class Unexpected(Exception):
    """An answer that is not what the description says: another version, or another server."""


class Connection:
    """Speaks HTTP/1.1 to one server. Not for several threads at once."""

    def __init__(
        self,
        address: str,
        *,
        user: str = "",
        secret: str = "",
        token: str = "",
        account: str = "",
        seconds: float = 30.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        parts = located(address)
        self._secure = parts.scheme == "https"
        self._netloc = parts.netloc
        self._prefix = parts.path.rstrip("/")
        self._seconds = seconds
        self._tls = tls
        self._open: http.client.HTTPConnection | None = None
        self._sign = signed(user=user, secret=secret, token=token, account=account)

    def close(self) -> None:
        """Hang up."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def ask(
        self,
        method: str,
        path: str,
        answer: type[T] | Any,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        key: str | None = None,
        keyed: bool = False,
    ) -> Any:
        """Send a request and return its answer as ``answer``; bytes where that is `bytes`.

        ``keyed``: it takes an idempotency key; one is made where none is given. Raises
        `ApiError`, `ConnectionFailed`, `Unexpected`.
        """
        headers, content = prepared(self._sign, body, key=key, keyed=keyed)
        tries = Tries(safe=keyed or method != "POST")
        status, data = self._persist(method, target(path, query), content, headers, tries)
        return answered(f"{method} {path}", status, data, answer)

    def pages(
        self,
        method: str,
        path: str,
        item: Any,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        keyed: bool = False,
    ) -> Iterator[Any]:
        """Yield every row of a list, asking for the next page when it is needed."""
        wanted = dict(query or {})
        while True:
            page = self.ask(method, path, Page, query=wanted, body=body, keyed=keyed)
            yield from msgspec.convert(page.items, list[item])
            if page.next is None:
                return
            wanted["cursor"] = page.next

    def _persist(
        self,
        method: str,
        target: str,
        content: bytes | None,
        headers: dict[str, str],
        tries: Tries,
    ) -> tuple[int, bytes]:
        while True:
            try:
                status, data, after = self._once(method, target, content, headers)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                wait = tries.failed()
                if wait is None:
                    raise ConnectionFailed("no answer came") from error
            else:
                wait = tries.answered(status, data, after)
                if wait is None:
                    return status, data
            time.sleep(wait)

    def _once(
        self, method: str, target: str, content: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes, float]:
        if self._open is None:
            self._open = self._connected(self._seconds)
        self._open.request(method, self._prefix + target, body=content, headers=headers)
        answer = self._open.getresponse()
        data = answer.read(ANSWER_BYTES)
        after = answer.getheader("Retry-After", "")
        return answer.status, data, float(after) if after.isdigit() else 0.0

    def _connected(self, seconds: float) -> http.client.HTTPConnection:
        if self._secure:
            tls = self._tls or ssl.create_default_context()
            return http.client.HTTPSConnection(self._netloc, timeout=seconds, context=tls)
        return http.client.HTTPConnection(self._netloc, timeout=seconds)

    def stream(
        self, path: str, *, query: Mapping[str, Any] | None, after: int | None
    ) -> Iterator[tuple[int, str, bytes]]:
        """Yield ``(id, type, data)`` of one event stream, until it is cut off."""
        headers = self._sign | {"Accept": "text/event-stream"}
        if after is not None:
            headers["Last-Event-ID"] = str(after)
        opened = self._connected(max(self._seconds, 60.0))  # a heartbeat comes every 15 seconds
        try:
            opened.request("GET", self._prefix + target(path, query), headers=headers)
            answer = opened.getresponse()
            if answer.status != 200:
                raise ApiError(problem_of(answer.read(ANSWER_BYTES)), answer.status)
            yield from _events(answer)
        except (OSError, http.client.HTTPException) as error:
            raise ConnectionFailed("the stream was cut off") from error
        finally:
            opened.close()


class Group:
    """Use cases whose names begin with the same word."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection


class Tries:
    """How often one request is sent, and the pauses between. ``safe``: twice does no harm."""

    def __init__(self, *, safe: bool) -> None:
        self._safe = safe
        self._left = TRIES
        self._pause = PAUSE

    def failed(self) -> float | None:
        """No answer came: seconds to wait before the next time, None to give up."""
        return self._next(0.0) if self._safe else None

    def answered(self, status: int, data: bytes, after: float) -> float | None:
        """Take an answer, ``after`` the seconds it asks for; None where it is the answer."""
        return self._next(after) if passes(status, data, safe=self._safe) else None

    def _next(self, least: float) -> float | None:
        self._left -= 1
        if not self._left:
            return None
        wait = min(max(self._pause, least), PAUSE_MOST)
        self._pause *= 2
        return wait


class Page(msgspec.Struct):
    """A page of a list; ``next`` is the cursor of the one after it."""

    items: list[Any]
    next: str | None = None


def _events(answer: http.client.HTTPResponse) -> Iterator[tuple[int, str, bytes]]:
    """Read an event stream (WHATWG HTML 9.2.6), the part of it that our server sends."""
    reader = EventReader()
    while line := answer.readline(LINE_BYTES):
        event = reader.take(line)
        if event is not None:
            yield event


class EventReader:
    """Reads an event stream, line by line."""

    def __init__(self) -> None:
        self._number, self._kind, self._data = 0, "message", b""

    def take(self, line: bytes) -> tuple[int, str, bytes] | None:
        """Take a line; return ``(id, type, data)`` where an event ends with it."""
        name, _, value = line.rstrip(b"\r\n").partition(b": ")
        if name == b"id":
            self._number = int(value)
        elif name == b"event":
            self._kind = value.decode()
        elif name == b"data":
            self._data += value
        elif not name:
            event = (self._number, self._kind, self._data)
            self._kind, self._data = "message", b""
            return event if event[2] else None
        return None


def located(address: str) -> SplitResult:
    """Return the parts of an address. Raises `ValueError` for what is none of HTTP."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("the address begins with http or https and names a host")
    return parts


def signed(*, user: str, secret: str, token: str, account: str) -> dict[str, str]:
    """Return the headers that every request has."""
    headers = {"Accept": "application/json"}
    if account:
        headers["Ringfence-Account"] = account
    if token:
        headers["Authorization"] = f"Bearer {token}"
    elif user:
        basic = base64.b64encode(f"{user}:{secret}".encode()).decode()
        headers["Authorization"] = f"Basic {basic}"
    return headers


def prepared(
    sign: Mapping[str, str], body: Mapping[str, Any] | None, *, key: str | None, keyed: bool
) -> tuple[dict[str, str], bytes | None]:
    """Return the headers of a request, and its body as JSON without what was not given."""
    headers = dict(sign)
    if keyed:
        headers["Idempotency-Key"] = key or str(uuid.uuid4())
    if body is None:
        return headers, None
    headers["Content-Type"] = "application/json"
    return headers, msgspec.json.encode({n: v for n, v in body.items() if v is not None})


def answered(what: str, status: int, data: bytes, kind: Any) -> Any:
    """Read an answer as ``kind``. Raises `ApiError`, `Unexpected`."""
    if status >= 400:
        raise ApiError(problem_of(data), status)
    if kind is bytes:
        return data
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.MsgspecError as error:
        raise Unexpected(f"{what} answered something else") from error


def passes(status: int, data: bytes, *, safe: bool) -> bool:
    """Whether an answer says that the same request may go well a little later."""
    busy = status == 409 and problem_of(data).get("code") == "idempotency_concurrent"
    return busy or (status in _AGAIN and safe)


def target(path: str, query: Mapping[str, Any] | None) -> str:
    """Return a path with its query."""
    given = {name: _word(value) for name, value in (query or {}).items() if value is not None}
    return path + (f"?{urlencode(given)}" if given else "")


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def piece(value: str | int) -> str:
    """Return something as one piece of a path."""
    return quote(str(value), safe="")


def problem_of(data: bytes) -> dict[str, Any]:
    """Return the problem in an answer, empty where it is none (RFC 9457)."""
    try:
        found = msgspec.json.decode(data)
    except msgspec.MsgspecError:
        return {}
    return found if isinstance(found, dict) else {}
