"""What an account sets up through the official Python SDK, and that calls obey it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from platform_run import Platform
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client
from twilio_here import client_of

from ringfence.testing.phone import Phone

LONG = 30
"""Seconds anything may take on a busy machine."""

VERIFIED = "+12025550123"


class Server:
    """A web server of the account's: every path is answered with TwiML; ``told``: what it heard."""

    def __init__(self) -> None:
        told: dict[str, list[dict[str, str]]] = {}
        self.told = told

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                form = parse_qs(self.rfile.read(length).decode())
                told.setdefault(self.path, []).append({k: v[0] for k, v in form.items()})
                body = b"<Response><Say>Welcome</Say><Hangup/></Response>"
                self.send_response(200)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nothing is printed."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    async def heard(self, path: str) -> dict[str, str]:
        """What a path was told first, once it was."""
        async with asyncio.timeout(LONG):
            while path not in self.told:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return self.told[path][0]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data: Path = tmp_path_factory.mktemp("desk") / "data"
    with Platform(data, "--fetch-private", "127.0.0.0/8") as running:
        running.do("number.stock.add", first="+12025550150", last="+12025550159")
        yield running


@pytest.fixture
def client(platform: Platform) -> Client:
    return client_of(platform)


def test_a_bought_number_is_answered_by_its_application(
    client: Client, platform: Platform, server: Server
) -> None:
    application = client.applications.create(
        friendly_name="Menu", voice_url=f"{server.url}/voice",
        status_callback=f"{server.url}/status",
    )  # fmt: skip
    found = client.available_phone_numbers("US").local.list(contains="555015*", limit=3)
    assert len(found) == 3
    (country,) = client.available_phone_numbers.list()
    assert (country.country_code, country.country) == ("US", "United States")
    near = client.available_phone_numbers("US").local.list(
        in_region="DC", near_number=found[0].phone_number, distance=5, limit=1
    )
    assert (near[0].locality, near[0].region) == ("Washington", "DC")
    assert client.available_phone_numbers("US").local.list(in_postal_code="94110") == []
    bought = client.incoming_phone_numbers.create(
        phone_number=found[0].phone_number, voice_application_sid=application.sid
    )
    assert bought.voice_application_sid == application.sid

    async def call() -> None:
        async with Phone(username="caller") as phone:
            placed = await phone.call(
                f"sip:{bought.phone_number}@{platform.sip}", caller="+12025550140", wait=LONG
            )
            await placed.wait_over(LONG)
        assert (await server.heard("/voice"))["To"] == bought.phone_number
        assert (await server.heard("/status"))["CallStatus"] == "completed"

    asyncio.run(call())
    with pytest.raises(TwilioRestException) as refused:
        client.incoming_phone_numbers.create(phone_number="+12025550199")
    assert refused.value.code == 21422
    assert bought.delete()
    again = client.available_phone_numbers("US").local.list(limit=1)
    assert again[0].phone_number == bought.phone_number


def test_a_number_is_shown_once_its_owner_has_entered_the_code(
    client: Client, platform: Platform, server: Server
) -> None:
    def place(phone: Phone) -> Any:
        to = f"sip:someone@127.0.0.1:{phone.port}"
        return client.calls.create(to=to, from_=VERIFIED, twiml="<Response><Hangup/></Response>")

    async def confirm() -> None:
        async with Phone(username="carrier") as phone:
            address = f"127.0.0.1:{phone.port}"
            await asyncio.to_thread(platform.do, "trunk.add", name="carrier", address=address)
            with pytest.raises(TwilioRestException) as refused:
                await asyncio.to_thread(place, phone)
            assert refused.value.code == 21210
            request = await asyncio.to_thread(
                client.validation_requests.create, VERIFIED, friendly_name="Mobile",
                status_callback=f"{server.url}/verified",
            )  # fmt: skip
            ringing = await phone.next_call(LONG)
            await ringing.answer()
            await ringing.press(request.validation_code)
            await ringing.wait_over(LONG)
            told = await server.heard("/verified")
            assert (told["VerificationStatus"], told["To"]) == ("success", VERIFIED)
            await asyncio.to_thread(place, phone)
            shown = await phone.next_call(LONG)
            assert shown.invite is not None
            assert shown.invite.from_.uri.user == VERIFIED
            shown.reject()

    asyncio.run(confirm())
    (kept,) = client.outgoing_caller_ids.list(phone_number=VERIFIED)
    assert kept.friendly_name == "Mobile"
    assert kept.delete()


def test_a_key_is_made_used_and_deleted(client: Client, platform: Platform) -> None:
    key = client.new_keys.create(friendly_name="CI")
    account = platform.ready["account_sid"]
    other = Client(key.sid, key.secret, account, http_client=client.http_client)
    assert isinstance(other.calls.list(limit=1), list)
    assert client.keys(key.sid).delete()
    with pytest.raises(TwilioException, match="20003"):
        other.calls.list(limit=1)


def test_usage_and_lookups_are_read(client: Client) -> None:
    records = {one.category: one for one in client.usage.records.list()}
    assert int(records["calls"].count) >= 1
    assert [one.category for one in client.usage.records.today.list(category="sms")] == ["sms"]
    found = client.lookups.v2.phone_numbers("2025550123").fetch(country_code="US")
    assert (found.phone_number, found.valid) == ("+12025550123", True)
    wrong = client.lookups.v2.phone_numbers("+1202555").fetch()
    assert (wrong.valid, wrong.validation_errors) == (False, ["TOO_SHORT"])


def test_calls_to_a_number_of_a_trunk_are_passed_on_to_its_pbx(
    client: Client, platform: Platform
) -> None:
    """The trunk's PBX rings with the number that was called, and sees who calls."""

    async def call() -> None:
        async with Phone(username="pbx") as pbx, Phone(username="caller") as phone:
            address = f"127.0.0.1:{pbx.port}"
            trunk = await asyncio.to_thread(platform.do, "trunk.add", name="pbx", address=address)
            bought = await asyncio.to_thread(
                client.incoming_phone_numbers.create,
                phone_number="+12025550158", trunk_sid=trunk["sid"],
            )  # fmt: skip
            assert bought.trunk_sid == trunk["sid"]
            placed = phone.dial(f"sip:{bought.phone_number}@{platform.sip}", caller="+12025550140")
            ringing = await pbx.next_call(LONG)
            assert ringing.invite is not None
            assert ringing.invite.uri.user == bought.phone_number
            assert ringing.invite.from_.uri.user == "+12025550140"
            await ringing.answer()
            await phone.answered(placed, LONG)
            await ringing.hang_up()
            await placed.wait_over(LONG)

    asyncio.run(call())


def test_an_address_is_kept_for_a_number(client: Client) -> None:
    made = client.addresses.create(
        customer_name="Ada Example", street="1 Street", city="London", region="London",
        postal_code="SW1A 0AA", iso_country="GB", friendly_name="Home", emergency_enabled=True,
    )  # fmt: skip
    bought = client.incoming_phone_numbers.create(
        area_code="202", address_sid=made.sid, emergency_address_sid=made.sid,
        emergency_status="Active",
    )  # fmt: skip
    (depends,) = client.addresses(made.sid).dependent_phone_numbers.list()
    assert (depends.sid, bought.emergency_status) == (bought.sid, "Active")
    with pytest.raises(TwilioRestException) as refused:
        made.delete()
    assert refused.value.status == 409
    assert client.addresses(made.sid).update(city="Leeds").city == "Leeds"
    bought.delete()
    assert made.delete()
    assert client.addresses.list(customer_name="Ada Example") == []


def test_a_call_is_passed_on_showing_who_called(
    client: Client, platform: Platform, server: Server
) -> None:
    """By the token that came with the call, over the carrier that ``byoc`` names."""
    caller, helper = "+12025550141", "+12025550143"

    def place(**more: Any) -> Any:
        return client.calls.create(
            to=helper, from_=caller, twiml="<Response><Hangup/></Response>", **more
        )

    async def call() -> None:
        async with Phone(username="carrier") as phone:
            address = f"127.0.0.1:{phone.port}"
            trunk = await asyncio.to_thread(platform.do, "trunk.add", name="own", address=address)
            bought = await asyncio.to_thread(
                client.incoming_phone_numbers.create,
                phone_number="+12025550157", voice_url=f"{server.url}/passed",
            )  # fmt: skip
            placed = phone.dial(f"sip:{bought.phone_number}@{platform.sip}", caller=caller)
            token = (await server.heard("/passed"))["CallToken"]
            byoc = f"BY{trunk['sid'][2:]}"
            for wrong in ({}, {"call_token": f"{token}0"}):
                with pytest.raises(TwilioRestException) as refused:
                    await asyncio.to_thread(place, byoc=byoc, **wrong)
                assert refused.value.code == 21210
            await asyncio.to_thread(place, byoc=byoc, call_token=token)
            shown = await phone.next_call(LONG)
            assert shown.invite is not None
            assert shown.invite.from_.uri.user == caller
            assert shown.invite.uri.user == helper
            shown.reject()
            await placed.wait_over(LONG)

    asyncio.run(call())


def test_a_short_code_is_a_number_of_few_digits(client: Client, platform: Platform) -> None:
    platform.do("number.add", number="54321", silent=True)
    (code,) = client.short_codes.list(short_code="543**")
    changed = client.short_codes(code.sid).update(friendly_name="Votes")
    assert (changed.short_code, changed.friendly_name) == ("54321", "Votes")
