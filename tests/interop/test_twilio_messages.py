"""The official Python SDK sends and reads messages; a Flask application answers them.

The application is the one of the tutorials ("Receive and Reply to SMS"): Flask, `MessagingResponse`
and `RequestValidator`. The carrier delivers to itself, so one number of ours writes to another.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, abort, request
from platform_run import Platform
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse
from twilio_here import client_of
from werkzeug.serving import make_server

SHOP, PERSON = "+447700900100", "+447700900101"
LONG = 60
"""Seconds anything may take on a busy machine."""


class Application:
    """Answers messages and hears how its own fared; only signed requests are let through."""

    def __init__(self) -> None:
        self.token = ""
        self.told: list[dict[str, str]] = []
        app = Flask(__name__)

        def signed() -> dict[str, str]:
            validator = RequestValidator(self.token)
            signature = request.headers.get("X-Twilio-Signature", "")
            if not validator.validate(request.url, request.form, signature):
                abort(403)
            return request.form.to_dict()

        @app.route("/sms", methods=["POST"])
        def sms() -> Any:
            form = signed()
            response = MessagingResponse()
            if form["Body"].startswith("Hello"):
                response.message("The Robots are coming! Head for the hills!")
            return str(response), 200, {"Content-Type": "text/xml"}

        @app.route("/told", methods=["POST"])
        def told() -> Any:
            self.told.append(signed())
            return "", 204

        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self._server.log = lambda *_: None  # type: ignore[method-assign]
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()


@pytest.fixture(scope="module")
def application() -> Iterator[Application]:
    made = Application()
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(application: Application, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    data: Path = tmp_path_factory.mktemp("messages") / "data"
    with Platform(data, "--fetch-private", "127.0.0.0/8") as platform:
        made = client_of(platform)
        application.token = platform.ready["auth_token"]
        platform.do("carrier.add", name="here")
        made.incoming_phone_numbers.create(
            phone_number=SHOP, sms_url=application.url + "/sms", sms_method="POST"
        )
        made.incoming_phone_numbers.create(phone_number=PERSON)
        yield made


def until(what: Callable[[], Any]) -> Any:
    """Return what ``what`` returns once it is something."""
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise TimeoutError("it did not happen")


def test_a_message_is_answered_as_in_the_tutorial(client: Client, application: Application) -> None:
    sent = client.messages.create(
        to=SHOP, from_=PERSON, body="Hello there", status_callback=application.url + "/told"
    )
    assert (sent.direction, sent.num_segments, sent.price) == ("outbound-api", "1", None)
    delivered = until(lambda: (m := client.messages(sent.sid).fetch()).status == "delivered" and m)
    assert delivered.date_sent >= delivered.date_created
    answers = until(lambda: client.messages.list(to=PERSON, from_=SHOP))
    assert {m.body for m in answers} == {"The Robots are coming! Head for the hills!"}
    until(lambda: len(client.messages.list(to=PERSON)) == 2)  # it went out, and came in
    assert {m.direction for m in client.messages.list(to=PERSON)} == {"outbound-reply", "inbound"}
    heard = until(lambda: len(application.told) >= 2 and application.told)
    assert [form["MessageStatus"] for form in heard[:2]] == ["sent", "delivered"]
    assert heard[0]["MessageSid"] == sent.sid


def test_messages_are_paged_redacted_rated_and_deleted(client: Client) -> None:
    made = [
        client.messages.create(
            to=SHOP, from_=PERSON, body=f"n{n}", media_url=["https://example.com/a.png"]
        )
        for n in range(3)
    ]
    last = made[-1]
    until(lambda: client.messages(last.sid).fetch().status == "delivered")
    listed = client.messages.list(from_=PERSON, page_size=2, limit=3)
    assert len(listed) == 3
    assert [m.sid for m in listed] == sorted((m.sid for m in listed), reverse=True)
    assert client.messages.list(date_sent_before=datetime(2020, 1, 1, tzinfo=UTC)) == []
    (picture,) = client.messages(last.sid).media.list()
    assert client.messages(last.sid).media(picture.sid).fetch().parent_sid == last.sid
    rated = client.messages(last.sid).feedback.create(outcome="confirmed")
    assert rated.outcome == "confirmed"
    redacted = client.messages(last.sid).update(body="")
    assert (redacted.body, redacted.num_media) == ("", "0")
    assert client.messages(last.sid).delete()
    with pytest.raises(TwilioRestException) as gone:
        client.messages(last.sid).fetch()
    assert gone.value.code == 20404


def test_a_message_is_scheduled_and_called_back(client: Client) -> None:
    made = client.messages.create(
        to=SHOP, from_=PERSON, body="Later", schedule_type="fixed",
        send_at=datetime.now(UTC) + timedelta(minutes=30),
    )  # fmt: skip
    assert made.status == "scheduled"
    assert client.messages(made.sid).update(status="canceled").status == "canceled"


@pytest.mark.promise("TEL-10")
def test_what_the_rules_forbid_has_its_number(client: Client) -> None:
    def code(**args: Any) -> int:
        with pytest.raises(TwilioRestException) as refused:
            client.messages.create(**({"to": SHOP, "from_": PERSON, "body": "Hi"} | args))
        found: int = refused.value.code
        return found

    assert code(to="+447700900199", from_="+447700900198") == 21606
    assert code(body="x" * 1_601) == 21617
    assert code(to="nobody") == 21211
    assert code(body="") == 21602
    assert code(to="+12025550123") == 30034
    assert code(to="+910000000000") == 30007


@pytest.mark.promise("MSG-04")
def test_stop_ends_it_and_start_begins_it_again(client: Client) -> None:
    def write(body: str) -> None:
        client.messages.create(to=SHOP, from_=PERSON, body=body)

    before = len(client.messages.list(to=PERSON, from_=SHOP))
    write("STOP")
    until(lambda: len(client.messages.list(to=PERSON, from_=SHOP)) > before)

    def stopped() -> bool:
        try:
            client.messages.create(to=PERSON, from_=SHOP, body="Hi")
        except TwilioRestException as refused:
            return bool(refused.code == 21610)
        return False

    assert stopped()
    write("START")
    until(lambda: not stopped())
