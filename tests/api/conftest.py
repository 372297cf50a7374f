"""A stand-in for the office: it answers from memory and remembers what it was asked."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

import pytest
from litestar.testing import TestClient

from ringfence.api import views
from ringfence.api import views_notifications as log_views
from ringfence.api.http import build
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import SESSION_MS

ACCOUNT = "AC" + "a" * 32
TOKEN = "0123456789abcdef0123456789abcdef"
CALL = views.Call(
    sid="CA" + "b" * 32,
    direction="inbound",
    status="ended",
    caller="+12025550123",
    called="welcome",
    offered=1_700_000_000_000,
    talk_ms=65_000,
    cause="completed",
    codec="PCMU",
    mos=4.4,
    missed=False,
    recordings=[
        views.Recording(
            sid="RE" + "c" * 32,
            call="CA" + "b" * 32,
            kind="voicemail",
            status="saved",
            created=1_700_000_001_000,
        )
    ],
)
STATUS = views.Status(
    version="0.1.0",
    started=1_700_000_000_000,
    draining=False,
    http="127.0.0.1:8080",
    listens="http://127.0.0.1:8080",
    sip="127.0.0.1:5060",
    rtp="10000-19999",
    advertise="127.0.0.1",
    transports=["udp", "tcp"],
    calls_now=2,
    calls_today=7,
    registrations=1,
    numbers=1,
    jobs_waiting=0,
    jobs_dead=0,
    clock_skew_ms=0,
    disk_free=10**10,
    recording_refused=False,
    codecs=["PCMU", "PCMA", "G722"],
    engines=[views.Engine(shard=0, connected=True, engine="native", pid=7)],
    trunks=[views.Trunk(name="local", sid="TK" + "d" * 32, state="trusted", created=0)],
)


NOTIFICATION = log_views.Notification(
    sid="NO" + "e" * 32, call="CA" + "a" * 32, kind="document", at=1, elapsed_ms=2, method="POST",
    status=200, request_size=3, response_size=4, kept=True,
)  # fmt: skip


class FakeOffice:
    """Answers use cases; ``answers`` maps a name to a result, a function of the arguments, or an
    exception to raise."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any], str]] = []
        self.tokens = {"once"}
        self.closed = 0
        self.answers: dict[str, Any] = {
            "account.authenticate": self._authenticate,
            "account.show": views.Account(sid=ACCOUNT, name="Example", status="full", created=0),
            "admin.redeem": self._redeem,
            "app.authenticate": Refused("not_authorized", "no"),
            "call.list": views.CallPage(calls=[CALL]),
            "call.place": CALL,
            "call.show": CALL,
            "call.hangup": CALL,
            "call.timeline": [
                views.Line(at=1, call=CALL.sid, name="CallAnswered", text="answered")
            ],
            "notification.apps": [log_views.AppLogging(app="FW1", name="welcome", on=True)],
            "notification.list": log_views.NotificationPage(notifications=[NOTIFICATION]),
            "notification.logging": log_views.AppLogging(app="FW1", name="welcome", on=False),
            "notification.show": NOTIFICATION,
            "privacy.policy.pending": [],
            "recording.list": CALL.recordings,
            "session.check": self._check,
            "session.end": None,
            "system.health": views.Health(state="ok"),
            "system.metrics": views.Metrics(values={"ringfence_calls_open": 2}),
            "system.status": STATUS,
        }
        self.streams: dict[str, list[Any]] = {
            "recording.export": [
                views.ExportHead(filename="RE.wav", media_type="audio/wav", size=8),
                views.Chunk(data=b"RIFF"),
                views.Chunk(data=b"data"),
            ],
            "timeline.follow": [
                views.Line(at=1, call=CALL.sid, name="CallOffered", text="offered"),
                views.Line(at=2, call=CALL.sid, name="CallEnded", text="ended"),
            ],
        }
        self.hold: asyncio.Event | None = None

    async def run(
        self, name: str, args: Mapping[str, Any], *, actor: str, account: str | None = None
    ) -> Any:
        if account not in {None, ACCOUNT}:
            raise Refused("not_found", "no account of that SID")
        self.asked.append((name, dict(args), actor))
        if name not in self.answers:
            raise Refused("unknown_use_case", "there is no such use case")
        answer = self.answers[name]
        if isinstance(answer, Exception):
            raise answer
        return answer(**args) if callable(answer) else answer

    async def follow(
        self, name: str, args: Mapping[str, Any], *, actor: str, account: str | None = None
    ) -> AsyncIterator[Any]:
        self.asked.append((name, dict(args), actor))
        try:
            for item in self.streams[name]:
                if isinstance(item, Exception):
                    raise item
                yield item
            if self.hold is not None:
                await self.hold.wait()
        finally:
            self.closed += 1

    @staticmethod
    def _authenticate(account_sid: str, auth_token: str) -> views.Account:
        if (account_sid, auth_token) != (ACCOUNT, TOKEN):
            raise Refused("not_authorized", "no")
        return views.Account(sid=ACCOUNT, name="Example", status="full", created=0)

    def _redeem(self, token: str) -> views.Session:
        if token not in self.tokens:
            raise Refused("link_over", "that link was used or is out of time")
        self.tokens.remove(token)
        return views.Session(session="s3cret", expires=time.time_ns() // 1_000_000 + SESSION_MS)

    @staticmethod
    def _check(session: str) -> views.Account:
        if session != "s3cret":
            raise Refused("not_authorized", "no")
        return views.Account(sid=ACCOUNT, name="Example", status="full", created=0)


@pytest.fixture
def office() -> FakeOffice:
    return FakeOffice()


class Counter:
    """The office that a test brought: the application is built once, because that takes long."""

    def __init__(self) -> None:
        self.office = FakeOffice()

    async def run(
        self, name: str, args: Mapping[str, Any], *, actor: str, account: str | None = None
    ) -> Any:
        return await self.office.run(name, args, actor=actor, account=account)

    def follow(
        self, name: str, args: Mapping[str, Any], *, actor: str, account: str | None = None
    ) -> AsyncIterator[Any]:
        return self.office.follow(name, args, actor=actor, account=account)


@pytest.fixture(scope="session")
def counter() -> Counter:
    return Counter()


@pytest.fixture(scope="session")
def application(counter: Counter) -> Any:
    return build(counter)


@pytest.fixture
def client(office: FakeOffice, counter: Counter, application: Any) -> Iterator[TestClient[Any]]:
    counter.office = office
    for counted in ("limiters", "rates"):
        application.state.pop(counted, None)
    with TestClient(application, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def basic() -> Callable[..., dict[str, str]]:
    def headers(sid: str = ACCOUNT, token: str = TOKEN) -> dict[str, str]:
        return {"Authorization": "Basic " + base64.b64encode(f"{sid}:{token}".encode()).decode()}

    return headers
