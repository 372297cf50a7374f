"""Accounts below the first with the official Python SDK: what is one's own, and what is nobody's.

Real calls come to their numbers, real requests leave signed with their tokens.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from platform_run import Platform
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio_here import Here, client_of

from ringfence.testing.phone import CallFailed, Phone

OURS, CALLER, FIRST = "+12025550100", "+12025550123", "+12025550101"
VOICE = "<Response><Record maxLength='2' timeout='5' playBeep='false' action='/done'/></Response>"


class Server:
    """A customer's web server: what it was asked, as ``(path, form, signature)``."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], str]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                form = dict(parse_qsl(body, keep_blank_values=True))
                server.asked.append((self.path, form, self.headers["X-Twilio-Signature"]))
                document = VOICE if self.path == "/voice" else "<Response/>"
                self.send_response(200)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(document)))
                self.end_headers()
                self.wfile.write(document.encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    async def heard(self, path: str, count: int = 1) -> list[dict[str, str]]:
        """The forms of the requests to a path, once there are so many."""
        async with asyncio.timeout(30):
            while True:
                found = [form for asked, form, _ in self.asked if asked == path]
                if len(found) >= count:
                    return found
                await asyncio.sleep(0.05)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data: Path = tmp_path_factory.mktemp("accounts") / "data"
    with Platform(data, "--fetch-private", "127.0.0.1/32") as running:
        running.number(FIRST, "<Response><Pause length='20'/></Response>")
        yield running


def below(platform: Platform, made: Any) -> Client:
    """A client with an account's own SID and token."""
    return Client(made.sid, made.auth_token, http_client=Here(platform.ready["http"]))


def refused(ask: Any) -> tuple[int, int]:
    """The status and the code with which a request is refused."""
    with pytest.raises(TwilioRestException) as told:
        ask()
    return told.value.status, told.value.code


async def call_in(platform: Platform, to: str, *, tone: bool = True) -> None:
    async with Phone(username="caller") as phone:
        call = await phone.call(f"sip:{to}@{platform.sip}", caller=CALLER)
        if tone:
            call.audio.say_tone(440, seconds=1)
            await call.audio.said()
        await call.hang_up()


async def ended(client: Client, count: int) -> list[Any]:
    """The calls of an account, once so many have ended."""
    async with asyncio.timeout(30):
        while True:
            found = await asyncio.to_thread(client.calls.list, status="completed")
            if len(found) >= count:
                return found
            await asyncio.sleep(0.1)


def test_the_life_of_an_account_below(platform: Platform, server: Server) -> None:
    first = client_of(platform)
    made = first.api.accounts.create(friendly_name="Branch")
    other = below(platform, first.api.accounts.create(friendly_name="Other"))
    own = below(platform, made)
    ready = platform.ready
    above = Client(
        ready["account_sid"], ready["auth_token"], account_sid=made.sid,
        http_client=Here(ready["http"]),
    )  # fmt: skip
    number = own.incoming_phone_numbers.create(
        phone_number=OURS, voice_url=f"{server.url}/voice", status_callback=f"{server.url}/status"
    )
    assert number.account_sid == made.sid
    assert refused(lambda: other.incoming_phone_numbers.create(phone_number=OURS))[1] == 21422

    async def inbound() -> tuple[Any, Any]:
        await call_in(platform, OURS)
        (call,) = await ended(own, 1)
        (told,) = await server.heard("/status")
        return call, told

    call, told = asyncio.run(inbound())
    assert (call.account_sid, call.to, call._from) == (made.sid, OURS, CALLER)
    assert (told["AccountSid"], told["CallSid"]) == (made.sid, call.sid)
    signer, stranger = RequestValidator(made.auth_token), RequestValidator(ready["auth_token"])
    assert server.asked
    for path, form, signature in server.asked:
        assert form["AccountSid"] == made.sid
        assert signer.validate(server.url + path, form, signature)
        assert not stranger.validate(server.url + path, form, signature)
    # seen by the account and by whoever is above it, in its name; by nobody else
    assert [one.sid for one in above.calls.list()] == [call.sid]
    assert above.incoming_phone_numbers(number.sid).fetch().phone_number == OURS
    (recording,) = own.recordings.list()
    assert recording.account_sid == made.sid
    assert own.request("GET", recording.media_url).status_code == 200
    for client in (first, other):
        assert client.calls.list() == []
        assert client.recordings.list() == []
        assert OURS not in [one.phone_number for one in client.incoming_phone_numbers.list()]
        assert refused(client.calls(call.sid).fetch) == (404, 20404)
        assert refused(client.recordings(recording.sid).fetch) == (404, 20404)
        assert refused(client.incoming_phone_numbers(number.sid).fetch) == (404, 20404)
        gone = recording.media_url.replace(made.sid, client.account_sid)
        assert client.request("GET", gone).status_code == 404
    assert refused(lambda: own.api.accounts(ready["account_sid"]).fetch()) == (404, 20404)
    asyncio.run(outgoing(own, first, made.sid))
    suspend_and_close(platform, first, made, number.sid)


async def outgoing(own: Client, first: Client, sid: str) -> None:
    """A call under the account shows its number alone, and is its call alone."""
    async with Phone(username="+12025550188") as phone:
        to = f"sip:+12025550188@127.0.0.1:{phone.port}"
        silence = "<Response><Pause length='20'/></Response>"
        assert refused(lambda: own.calls.create(to=to, from_=FIRST, twiml=silence))[1] == 21210
        placed = await asyncio.to_thread(own.calls.create, to=to, from_=OURS, twiml=silence)
        ringing = await phone.next_call(20)
        await ringing.answer()
        assert refused(lambda: first.calls(placed.sid).update(status="completed")) == (404, 20404)
        await asyncio.to_thread(own.calls(placed.sid).update, status="completed")
        await ringing.wait_over(20)
    assert (placed.account_sid, placed._from) == (sid, OURS)
    await ended(own, 2)
    assert first.calls.list() == []


def suspend_and_close(platform: Platform, first: Client, made: Any, number: str) -> None:
    """A suspended account neither takes calls nor places them; a closed one lets numbers go."""
    own = below(platform, made)
    account = first.api.accounts(made.sid)
    assert account.update(status="suspended").status == "suspended"
    with pytest.raises(CallFailed):
        asyncio.run(call_in(platform, OURS, tone=False))
    assert refused(own.calls("CA1").fetch) == (401, 20003)
    ready = platform.ready
    above = Client(
        ready["account_sid"], ready["auth_token"], account_sid=made.sid,
        http_client=Here(ready["http"]),
    )  # fmt: skip
    assert len(above.calls.list()) == 2
    place = {"to": "sip:x@127.0.0.1:9", "from_": OURS, "twiml": "<Response/>"}
    assert refused(lambda: above.calls.create(**place)) == (403, 20003)
    assert account.update(status="active").status == "active"
    asyncio.run(call_in(platform, OURS))
    # what a kill leaves is the account's still
    platform.stop()
    platform.start()
    assert own.incoming_phone_numbers(number).fetch().phone_number == OURS
    asyncio.run(call_in(platform, OURS))
    asyncio.run(ended(own, 4))
    assert account.update(status="closed").status == "closed"
    assert refused(lambda: account.update(status="active"))[0] == 400
    assert refused(own.calls("CA1").fetch) == (401, 20003)
    again = first.incoming_phone_numbers.create(phone_number=OURS)
    assert again.sid != number


def test_a_number_is_given_to_an_account(platform: Platform) -> None:
    first = client_of(platform)
    made = first.api.accounts.create(friendly_name="Branch")
    own = below(platform, made)
    number = first.incoming_phone_numbers.create(phone_number="+12025550150")
    moved = number.update(account_sid=made.sid)
    assert (moved.account_sid, moved.sid) == (made.sid, number.sid)
    assert [one.sid for one in own.incoming_phone_numbers.list()] == [number.sid]
    assert refused(first.incoming_phone_numbers(number.sid).fetch) == (404, 20404)
    back = own.incoming_phone_numbers(number.sid)
    assert refused(lambda: back.update(account_sid=first.account_sid))[1] == 20003


def test_rooms_and_keys_are_an_accounts_own(platform: Platform) -> None:
    first = client_of(platform)
    made = first.api.accounts.create(friendly_name="Branch")
    own = below(platform, made)
    for client in (first, own):
        client.queues.create(friendly_name="support")
        client.applications.create(friendly_name="app")
    assert len(own.queues.list()) == len(own.applications.list()) == 1
    mine = own.queues.list()[0].sid
    assert refused(first.queues(mine).fetch) == (404, 20404)
    key = own.new_keys.create(friendly_name="key")
    with_key = Client(
        key.sid, key.secret, account_sid=made.sid, http_client=Here(platform.ready["http"])
    )
    assert [one.sid for one in with_key.queues.list()] == [mine]
    outside = Client(
        key.sid, key.secret, account_sid=first.account_sid, http_client=Here(platform.ready["http"])
    )
    assert refused(outside.queues(mine).fetch) == (404, 20404)
