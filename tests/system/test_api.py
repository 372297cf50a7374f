"""The API of a running platform, asked by its own client: round trips, events, apps, restarts."""

from __future__ import annotations

import asyncio
import base64
import queue
import re
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from platform_run import Platform

from ringfence.client import ApiError, Client, models
from ringfence.client.asynchronous import AsyncClient
from ringfence.kernel.limits import EVENT_HEARTBEAT

DEADLINE = 60
BEFORE_A_HEARTBEAT = EVENT_HEARTBEAT / 1000 - 5
"""Seconds in which an open stream says nothing: whatever comes by then is its end."""
NUMBER = "+12025550123"
GREETING = "<Response><Hangup/></Response>"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("api") / "data") as running:
        yield running


@pytest.fixture
def key(platform: Platform) -> Any:
    return platform.do("key.add", name="tests", purposes=["operate", "call_record", "connect_call"])


@pytest.fixture
def sign(key: Any) -> dict[str, str]:
    word = base64.b64encode(f"{key['sid']}:{key['secret']}".encode()).decode()
    return {"Authorization": f"Basic {word}"}


@pytest.fixture
def client(platform: Platform, key: Any) -> Iterator[Client]:
    with Client(platform.ready["http"], user=key["sid"], secret=key["secret"]) as made:
        yield made


def call_oneself(client: Client) -> models.Call:
    """A call to a phone that is not there: it ends by itself."""
    return client.call.place(to="sip:nobody@127.0.0.1:9", twiml=GREETING, ring_s=1)


def test_what_is_set_up_comes_back_as_it_was(client: Client) -> None:
    added = client.number.add(number=NUMBER, twiml=GREETING)
    assert client.number.show(added.sid).number == NUMBER
    assert added.sid in {number.sid for number in client.number.list()}
    document = {"steps": {}}
    with pytest.raises(ApiError) as refused:
        client.flow.add(name="broken", document=document)
    assert refused.value.code == "bad_flow"
    assert client.number.remove(added.sid).sid == added.sid
    with pytest.raises(ApiError) as refused:
        client.number.show(added.sid)
    assert (refused.value.status, refused.value.code) == (404, "not_found")


def test_a_key_does_what_it_was_made_for_alone(client: Client) -> None:
    assert client.account.show().status
    with pytest.raises(ApiError) as refused:
        list(client.key.list())
    assert refused.value.status == 403


def test_pages_follow_each_other_to_the_end(client: Client) -> None:
    phones = [client.phone.add(name=f"desk{number}").sid for number in range(5)]
    assert {phone.sid for phone in client.phone.list(limit=2)} >= set(phones)


def test_a_request_is_carried_out_once_also_over_a_restart(
    platform: Platform, client: Client, key: Any
) -> None:
    first = client.phone.add(name="once", idempotency_key="phone-once")
    assert first.secret
    client.close()
    platform.stop()
    platform.start()
    with Client(platform.ready["http"], user=key["sid"], secret=key["secret"]) as again:
        assert again.phone.add(name="once", idempotency_key="phone-once") == first
        with pytest.raises(ApiError) as refused:
            again.phone.add(name="other", idempotency_key="phone-once")
        assert (refused.value.status, refused.value.code) == (422, "idempotency_mismatch")


def test_events_arrive_as_they_happen_and_resume_without_a_gap(
    platform: Platform, client: Client, key: Any
) -> None:
    arrived: queue.Queue[models.Event] = queue.Queue()
    listener = Client(platform.ready["http"], user=key["sid"], secret=key["secret"])

    def listen() -> None:
        for event in listener.events(again=False):
            arrived.put(event)
            if event.type == "CallEnded":
                return

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    deadline = time.monotonic() + DEADLINE
    seen: list[models.Event] = []
    while not any(event.type == "CallEnded" for event in seen):
        assert time.monotonic() < deadline
        if not seen:  # the stream may begin after the first call
            call_oneself(client)
        try:
            seen.append(arrived.get(timeout=2))
        except queue.Empty:
            continue
    thread.join(DEADLINE)
    first = seen[0].id
    resumed = []
    for event in listener.events(after=first):
        resumed.append(event)
        if event.id == seen[-1].id:
            break
    assert [e.id for e in resumed] == [e.id for e in seen if e.id > first]
    listed = {event.id for event in client.event.list()}
    assert {event.id for event in seen} <= listed


def test_a_reader_that_does_not_read_slows_no_call(
    platform: Platform, client: Client, sign: dict[str, str]
) -> None:
    host, _, port = platform.ready["http"].removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), DEADLINE) as deaf:
        lines = ("GET /v1/events/stream?after=0 HTTP/1.1", "Host: x", *map(": ".join, sign.items()))
        deaf.sendall("\r\n".join((*lines, "", "")).encode())
        calls = [call_oneself(client).sid for _ in range(5)]
        deadline = time.monotonic() + DEADLINE
        while any(client.call.show(sid).status != "ended" for sid in calls):
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_who_listens_where_nothing_happens_is_cut_off_before_the_next_heartbeat(
    platform: Platform,
) -> None:
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import connect

    http = platform.ready["http"].rstrip("/")
    below = platform.do("account.add", name="Branch")
    key = platform.do("key.add", name="ear", purposes=["call_record"])
    for user, secret, code, end in (
        (key["sid"], key["secret"], "key_expired", ("key.revoke", {"sid": key["sid"]})),
        (below["sid"], below["token"], "not_authorized",
         ("account.change", {"sid": below["sid"], "status": "suspended"})),
    ):  # fmt: skip
        word = base64.b64encode(f"{user}:{secret}".encode()).decode()
        sign = {"Authorization": f"Basic {word}"}
        asked = urllib.request.Request(f"{http}/v1/events/stream", headers=sign)
        with (
            urllib.request.urlopen(asked, timeout=BEFORE_A_HEARTBEAT) as lines,
            connect(f"{http.replace('http', 'ws', 1)}/v1/events/ws",
                    additional_headers=sign) as web_socket,
        ):  # fmt: skip
            assert b"retry" in lines.readline()
            web_socket.recv(DEADLINE)
            name, args = end
            platform.do(name, **args)
            said = lines.read().decode()
            assert said.rstrip().endswith(f'event: ended\ndata: {{"code":"{code}"}}')
            with pytest.raises(ConnectionClosed) as closed:
                web_socket.recv(BEFORE_A_HEARTBEAT)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4401


def test_what_listens_by_a_token_hears_nothing_after_it_was_revoked(platform: Platform) -> None:
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import connect

    app = platform.do("app.add", name="ear", scopes=["calls:read"], purposes=["call_record"])
    client = {"client_id": app["sid"], "client_secret": app["secret"]}
    http = platform.ready["http"].rstrip("/")

    def post(path: str, **form: str) -> bytes:
        body = urllib.parse.urlencode(client | form).encode()
        with urllib.request.urlopen(f"{http}/oauth/{path}", body, timeout=DEADLINE) as got:
            found: bytes = got.read()
            return found

    said = re.search(rb'"access_token":"([^"]+)"', post("token", grant_type="client_credentials"))
    assert said is not None
    token = said[1].decode()
    sign = {"Authorization": f"Bearer {token}"}
    asked = urllib.request.Request(f"{http}/v1/events/stream", headers=sign)
    with (
        urllib.request.urlopen(asked, timeout=BEFORE_A_HEARTBEAT) as lines,
        connect(f"{http.replace('http', 'ws', 1)}/v1/events/ws",
                additional_headers=sign) as web_socket,
    ):  # fmt: skip
        assert b"retry" in lines.readline()
        web_socket.recv(DEADLINE)
        post("revoke", token=token)
        assert lines.read().decode().rstrip().endswith('data: {"code":"not_authorized"}')
        with pytest.raises(ConnectionClosed) as closed:
            web_socket.recv(BEFORE_A_HEARTBEAT)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401


def test_an_app_that_is_revoked_is_out_within_five_seconds(platform: Platform) -> None:
    app = platform.do("app.add", name="crm", scopes=["setup:read"], purposes=["operate"])
    form = urllib.parse.urlencode(
        {"grant_type": "client_credentials", "client_id": app["sid"],
         "client_secret": app["secret"]}
    )  # fmt: skip
    http = platform.ready["http"].rstrip("/")
    with urllib.request.urlopen(f"{http}/oauth/token", form.encode(), timeout=DEADLINE) as got:
        token = re.search(rb'"access_token":"([^"]+)"', got.read())
    assert token is not None
    with Client(http, token=token[1].decode()) as asking:
        assert isinstance(list(asking.number.list()), list)
        with pytest.raises(ApiError) as refused:
            list(asking.call.list())
        assert refused.value.code == "insufficient_scope"
        platform.do("app.revoke", sid=app["sid"])
        with pytest.raises(ApiError) as refused:  # the very next request
            list(asking.number.list())
        assert refused.value.status == 401


def test_a_program_with_an_event_loop_asks_and_follows(platform: Platform, key: Any) -> None:
    async def scene() -> None:
        sign = {"user": key["sid"], "secret": key["secret"]}
        async with AsyncClient(platform.ready["http"], **sign) as client:
            placed = [
                await client.call.place(to="sip:nobody@127.0.0.1:9", twiml=GREETING, ring_s=1)
                for _ in range(3)
            ]
            listed = {call.sid async for call in client.call.list(limit=2)}
            assert {call.sid for call in placed} <= listed
            with pytest.raises(ApiError) as refused:
                await client.number.show("PN" + "0" * 32)
            assert (refused.value.status, refused.value.code) == (404, "not_found")
            over: set[str] = set()
            async for event in client.events(types=["CallEnded"], after=0):
                over.add(str(event.call))
                if over >= {call.sid for call in placed}:
                    return

    asyncio.run(asyncio.wait_for(scene(), DEADLINE))


def test_ten_megabytes_and_nonsense_are_refused_and_nothing_breaks(
    platform: Platform, client: Client, sign: dict[str, str]
) -> None:
    http = platform.ready["http"].rstrip("/")
    json, form = "application/json", "application/x-www-form-urlencoded"
    for body, kind, status in (
        (b"x" * 10_000_000, json, 413),
        (b"{", json, 400),
        (b'{"to": "\xff"}', json, 400),
        (b"to=x", form, 415),
    ):
        request = urllib.request.Request(f"{http}/v1/calls", body, sign | {"Content-Type": kind})
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
                found = answer.status
        except urllib.error.HTTPError as error:
            found = error.code
            error.close()
        assert found == status
    assert client.system.health().state == "ok"


def test_the_socket_tells_what_the_stream_tells(
    platform: Platform, client: Client, sign: dict[str, str]
) -> None:
    from websockets.sync.client import connect

    http = platform.ready["http"].rstrip("/").replace("http://", "ws://")
    call_oneself(client)
    with connect(f"{http}/v1/events/ws?after=0", additional_headers=sign) as web_socket:
        first, second = (str(web_socket.recv(DEADLINE)) for _ in range(2))
    assert '"heartbeat"' in first
    assert '"call"' in second
