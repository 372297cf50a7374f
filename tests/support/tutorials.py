"""Applications as tutorials for Twilio's Python library teach them, and a server that runs them.

Flask, `twilio.twiml`, `RequestValidator` and `Client`, and nothing that knows of Ringfence. What
the applications were told is kept in `Shop.told` for the tests.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from flask import Flask, abort, request, url_for
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml import TwiML
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Connect, Dial, Gather, VoiceResponse
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve
from werkzeug.serving import make_server

View = Callable[..., Any]


class Shop:
    """One web server with every application on it.

    ``numbers``: what the applications know of the town. ``told``: (path, parameters) of each
    request with a right signature; ``forged``: how many had a wrong one.
    """

    def __init__(self, numbers: dict[str, str]) -> None:
        self.numbers = numbers
        self.told: list[tuple[str, dict[str, str]]] = []
        self.forged = 0
        self.client: Client
        self._token = ""
        self.app = Flask(__name__)
        self._server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self._server.log = lambda *_: None  # type: ignore[method-assign]
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._views()
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._sockets = serve(self._media, "127.0.0.1", 0)
        self.streams = f"ws://127.0.0.1:{self._sockets.socket.getsockname()[1]}/media"
        self.messages: list[str] = []
        """Events of the media streams, each kind once in a row."""
        threading.Thread(target=self._sockets.serve_forever, daemon=True).start()

    def opens(self, client: Client, token: str) -> None:
        """The shop has its account."""
        self.client, self._token = client, token

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._sockets.shutdown()

    def at(self, path: str) -> list[dict[str, str]]:
        """What a path was told."""
        return [form for told, form in self.told if told == path]

    def _signed(self, view: View) -> View:
        """Let only signed requests through ("Secure your Flask app by validating requests")."""

        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            validator = RequestValidator(self._token)
            signature = request.headers.get("X-Twilio-Signature", "")
            if not validator.validate(request.url, request.form, signature):
                self.forged += 1
                return abort(403)
            self.told.append((request.path, request.values.to_dict()))
            return view(*args, **kwargs)

        return checked

    def _views(self) -> None:
        for path, view in _PAGES.items():
            name = path.strip("/").replace("/", "_")

            def answer(view: View = view) -> Any:
                return str(view(self)), 200, {"Content-Type": "text/xml"}

            self.app.add_url_rule(
                path, name, self._signed(wraps(view)(answer)), methods=["GET", "POST"]
            )
        self.app.add_url_rule("/click", "click", self._click, methods=["POST"])

    def _media(self, socket: ServerConnection) -> None:
        """ "Consume a real-time Media Stream": what is heard is said again."""
        for text in socket:
            message = json.loads(text)
            if self.messages[-1:] != [message["event"]]:
                self.messages.append(message["event"])
            if message["event"] == "media":
                payload = {"payload": message["media"]["payload"]}
                again = {"event": "media", "streamSid": message["streamSid"], "media": payload}
                with suppress(ConnectionClosed):  # the call is over; what was told before is read
                    socket.send(json.dumps(again))

    def _click(self) -> Any:
        """Click to call: the visitor's telephone rings first, then they are put through."""
        call = self.client.calls.create(
            to=request.form["userPhone"],
            from_=self.numbers["shop"],
            url=url_for("outbound", _external=True),
            status_callback=url_for("done", _external=True),
            status_callback_event=["initiated", "ringing", "answered", "completed"],
        )
        return {"sid": call.sid}


# --- IVR menu -------------------------------------------------------------------------------------


def welcome(_: Shop) -> VoiceResponse:
    """ "Build an IVR": a menu of one key."""
    response = VoiceResponse()
    with response.gather(num_digits=1, action=url_for("menu"), method="POST", timeout=20) as gather:
        gather.say("Press 1 for directions. Press 2 to reach the shop.", loop=3)
    return response


def menu(_: Shop) -> VoiceResponse:
    """What the key leads to."""
    response = VoiceResponse()
    chosen = {"1": _directions, "2": _planets}.get(request.form["Digits"])
    if chosen is None:
        response.say("Returning to the main menu")
        response.redirect(url_for("welcome"))
        return response
    chosen(response)
    return response


def _directions(response: VoiceResponse) -> None:
    response.say("Turn left.", voice="alice", language="en-GB")
    response.hangup()


def _planets(response: VoiceResponse) -> None:
    gather = Gather(num_digits=1, action=url_for("planets"), method="POST", timeout=20)
    gather.say("Which planet?", loop=3)
    response.append(gather)


def planets(shop: Shop) -> VoiceResponse:
    """A second menu, which dials."""
    response = VoiceResponse()
    if request.form["Digits"] == "2":
        response.dial(shop.numbers["clerk"])
        return response
    response.redirect(url_for("welcome"))
    return response


# --- voicemail and forwarding ---------------------------------------------------------------------


def voicemail(_: Shop) -> VoiceResponse:
    """ "Record a voicemail"."""
    response = VoiceResponse()
    response.say("Leave a message.")
    response.record(
        action=url_for("thanks"),
        max_length=30,
        finish_on_key="*",
        recording_status_callback=url_for("saved"),
        recording_status_callback_event="completed",
    )
    response.say("Nothing was recorded.")
    return response


def thanks(_: Shop) -> VoiceResponse:
    """After the message."""
    response = VoiceResponse()
    response.hangup()
    return response


def nothing(_: Shop) -> VoiceResponse:
    """A callback that is only listened to."""
    return VoiceResponse()


def forward(shop: Shop) -> VoiceResponse:
    """ "Forward calls": the clerk's telephone rings; when busy, there is voicemail."""
    response = VoiceResponse()
    response.dial(shop.numbers["clerk"], action=url_for("forwarded"), timeout=20)
    return response


def forwarded(_: Shop) -> VoiceResponse:
    """What became of it."""
    response = VoiceResponse()
    if request.form["DialCallStatus"] != "completed":
        response.redirect(url_for("voicemail"))
    return response


# --- click to call, masked numbers ----------------------------------------------------------------


def outbound(shop: Shop) -> VoiceResponse:
    """The visitor answered: put them through."""
    response = VoiceResponse()
    response.say("Thank you. You are put through.")
    response.dial(shop.numbers["clerk"])
    return response


def masked(shop: Shop) -> VoiceResponse:
    """ "Masked phone numbers": two people talk by a number that is neither's."""
    proxy, one, other = (shop.numbers[who] for who in ("proxy", "visitor", "clerk"))
    response = VoiceResponse()
    dial = Dial(caller_id=proxy)
    dial.number(other if request.form["From"] == one else one)
    response.append(dial)
    return response


# --- conference and queue -------------------------------------------------------------------------


def meeting(shop: Shop) -> VoiceResponse:
    """ "Conference with a moderator": it begins and ends with them."""
    response = VoiceResponse()
    moderates = request.form["From"] == shop.numbers["clerk"]
    dial = Dial()
    dial.conference(
        "Weekly meeting",
        start_conference_on_enter=moderates,
        end_conference_on_exit=moderates,
        status_callback=url_for("met"),
        status_callback_event="start end join leave",
    )
    response.append(dial)
    return response


def support(_: Shop) -> VoiceResponse:
    """ "Call queue": wait until somebody is free."""
    response = VoiceResponse()
    response.enqueue("support", wait_url=url_for("waiting"), action=url_for("left"))
    return response


def waiting(_: Shop) -> VoiceResponse:
    """What is heard meanwhile."""
    response = VoiceResponse()
    response.say(f"You are number {request.form.get('QueuePosition')}.")
    response.pause(length=30)
    return response


def agent(_: Shop) -> VoiceResponse:
    """The agent takes the next one."""
    response = VoiceResponse()
    with response.dial() as dial:
        dial.queue("support", url=url_for("connecting"))
    return response


def connecting(_: Shop) -> VoiceResponse:
    """What the one who waited hears before they are connected."""
    response = VoiceResponse()
    response.pause(length=1)
    return response


# --- texts and streams ----------------------------------------------------------------------------


def sms(_: Shop) -> MessagingResponse:
    """ "Receive and reply to SMS": the answer depends on what was written."""
    response = MessagingResponse()
    body = request.values.get("Body")
    if body == "hello":
        response.message("Hi!")
    elif body == "bye":
        response.message("Goodbye")
    return response


def stream(shop: Shop) -> VoiceResponse:
    """ "Media Streams": the caller talks with a WebSocket server."""
    response = VoiceResponse()
    connect = Connect()
    connect.stream(url=shop.streams)
    response.append(connect)
    response.say("The stream is over.")
    return response


_PAGES: dict[str, Callable[[Shop], TwiML]] = {
    "/sms": sms,
    "/stream": stream,
    "/welcome": welcome,
    "/menu": menu,
    "/planets": planets,
    "/voicemail": voicemail,
    "/thanks": thanks,
    "/saved": nothing,
    "/forward": forward,
    "/forwarded": forwarded,
    "/outbound": outbound,
    "/done": nothing,
    "/masked": masked,
    "/meeting": meeting,
    "/met": nothing,
    "/support": support,
    "/waiting": waiting,
    "/left": nothing,
    "/agent": agent,
    "/connecting": connecting,
}
