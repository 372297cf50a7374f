"""What a made-up person does with an installation before being erased, by real calls and requests.

Each way is one row of `WAYS`: what the report says, and the coroutine that does it. The calls are
SIP and RTP by the built-in phone; requests go over HTTP and the control socket.
"""

from __future__ import annotations

import asyncio
import base64
import http.client
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPMessage
from urllib.parse import quote, urlsplit

from ringfence.cli.control import Office
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import Refused, RingfenceError
from ringfence.kernel.limits import DEMO_LISTEN, PROOF_HTTP_WAIT, PROOF_SPEAK_MS
from ringfence.kernel.phone import Phone as Number
from ringfence.privacy.tracers.spellings import number_needles, word_needles
from ringfence.privacy.tracers.tone import tone
from ringfence.sip.headers import NameAddr
from ringfence.sip.uri import Uri
from ringfence.testing.phone import CallFailed, Phone
from ringfence.testing.phone_call import PhoneCall

_LETTERS = "bcdfghjklmnpqrstvwxz"


@dataclass(frozen=True, slots=True, repr=False)
class Tracer:
    """A made-up person: nobody has this number (it is reserved), name or secret."""

    id: str
    number: Number
    name: str
    secret: str
    """Twelve digits, pressed when asked for digits."""
    addresses: list[str] = field(default_factory=list)
    """Where else the platform met this person: SIP addresses."""

    def needles(self) -> dict[bytes, str]:
        """Return every byte string that would give this person away."""
        return number_needles(self.number) | word_needles(self.name) | word_needles(self.secret)


def make_tracers(count: int, *, entropy: Entropy) -> list[Tracer]:
    """Make up people; their numbers are of the range reserved for fiction (+44 7700 900xxx)."""
    taken: set[int] = set()
    while len(taken) < count:
        taken.add(_below(1000, entropy))
    return [
        Tracer(
            f"T{position}",
            Number(f"+447700900{number:03d}"),
            "".join(_LETTERS[_below(len(_LETTERS), entropy)] for _ in range(12)).title(),
            "".join(str(_below(10, entropy)) for _ in range(12)),
        )
        for position, number in enumerate(sorted(taken), 1)
    ]


def _below(bound: int, entropy: Entropy) -> int:
    return int.from_bytes(entropy.token(8), "big") % bound


@dataclass(frozen=True, slots=True)
class Trip:
    """One person's way through the installation."""

    who: Tracer
    ask: Office
    sip: str
    """HOST:PORT where calls go."""
    http: str
    asking: str
    recording: str
    """Numbers of the installation: one asks for digits, one takes messages."""


Way = Callable[[Trip], Awaitable[None]]

CONSENTS = (("market", "call"), ("record_call", "any"))

ASKING = "<Response><Gather numDigits='12' timeout='10' finishOnKey=''/></Response>"
RECORDING = "<Response><Record maxLength='20' timeout='5' playBeep='false'/></Response>"
"""What the two numbers of a proof do."""


async def press_secrets(trip: Trip) -> None:
    """Call with a name, press secret digits, hang up."""
    async with Phone(username="proof") as phone:
        call = await _call(trip, phone, trip.asking)
        await call.press(trip.who.secret)
        await call.hang_up()


async def leave_a_message(trip: Trip) -> None:
    """Call with a name, speak, hang up."""
    async with Phone(username="proof") as phone:
        call = await _call(trip, phone, trip.recording)
        await _speak(call)
        await call.hang_up()


async def _call(trip: Trip, phone: Phone, number: str) -> PhoneCall:
    call = phone.place_call(
        Uri.parse(f"sip:{number}@{trip.sip}"),
        from_=NameAddr(trip.who.name, Uri("sip", trip.who.number.e164, "127.0.0.1")),
    )
    return await phone.answered(call, DEMO_LISTEN)


async def call_the_menu(trip: Trip) -> None:
    """Call the installation's own menu, listen a moment, hang up."""
    async with Phone(username="proof") as phone:
        call = await phone.call(f"sip:welcome@{trip.sip}", caller=trip.who.number.e164)
        await _speak(call)
        await call.hang_up()


async def give_up_ringing(trip: Trip) -> None:
    """Call an address that nobody has: refused, and on record all the same."""
    async with Phone(username="proof") as phone:
        try:
            call = await phone.call(
                f"sip:{trip.who.secret}@{trip.sip}", caller=trip.who.number.e164
            )
        except CallFailed:
            return
        await call.hang_up()


async def be_called(trip: Trip) -> None:
    """Be called by the platform at a SIP address, answer, speak."""
    async with Phone(username=trip.who.number.e164) as phone:
        uri = str(Uri("sip", trip.who.number.e164, phone.host, phone.port))
        trip.who.addresses.append(uri)
        await asyncio.to_thread(trip.ask.run, "call.place", to=uri, twiml=RECORDING)
        call = await phone.next_call(DEMO_LISTEN)
        await call.answer()
        await _speak(call)
        await call.hang_up()


async def ask_by_http(trip: Trip) -> None:
    """Send the number, the name and the secret where they do not belong: paths and headers."""
    await asyncio.to_thread(_requests, trip)


def _requests(trip: Trip) -> None:
    who = trip.who
    wrong = base64.b64encode(f"{who.number.e164}:{who.secret}".encode()).decode()
    stranger = {"Authorization": f"Basic {wrong}", "Cookie": f"x={who.secret}"}
    known = {"Cookie": _sign_in(trip)}
    number = quote(who.number.e164, safe="")
    for method, path, headers in (
        ("GET", f"/v1/calls?caller={number}&name={who.name}", known),
        ("GET", f"/v1/calls/{who.name}", known),
        ("GET", f"/v1/calls?before={who.secret}", known),
        ("GET", f"/{who.secret}?q={who.name}", stranger),
        ("GET", "/v1/calls", stranger),
        ("POST", f"/v1/calls?to={number}", stranger),
    ):
        _fetch(trip, method, path, headers | {"User-Agent": who.name, "Referer": who.name})


def _sign_in(trip: Trip) -> str:
    """Return the cookie of a session begun with a one-time link."""
    _, headers = _fetch(trip, "GET", trip.ask.run("admin.link")["path"], {})
    return headers.get("Set-Cookie", "").partition(";")[0]


def _fetch(trip: Trip, method: str, path: str, headers: dict[str, str]) -> tuple[int, HTTPMessage]:
    target = urlsplit(trip.http)
    link = http.client.HTTPConnection(
        str(target.hostname), target.port or 80, timeout=PROOF_HTTP_WAIT
    )
    try:
        link.request(method, path, headers=headers)
        answer = link.getresponse()
        answer.read()
        return answer.status, answer.headers
    finally:
        link.close()


async def choose(trip: Trip) -> None:
    """Agree to what one may agree to, and take one of it back."""
    number = trip.who.number.e164
    for purpose, channel in CONSENTS:
        await _ask(trip, "privacy.consent.give", number=number, purpose=purpose, channel=channel)
    purpose, channel = CONSENTS[0]
    await _ask(trip, "privacy.consent.withdraw", number=number, purpose=purpose, channel=channel)


async def ask_for_rights(trip: Trip) -> None:
    """Ask for one's data and complain, with every value in the words."""
    who = trip.who
    words = f"I am {who.name}, my number is {who.number.e164}, my secret {who.secret}."
    await _ask(trip, "privacy.rights.ask", kind="access", contact=who.number.e164, words=words)
    await _ask(trip, "privacy.grievance.file", words=words, contact=who.number.e164)


async def _ask(trip: Trip, use_case: str, **args: str) -> None:
    await asyncio.to_thread(trip.ask.run, use_case, **args)


async def _speak(call: PhoneCall) -> None:
    async with asyncio.timeout(2 * DEMO_LISTEN):
        call.audio.say(tone(int(PROOF_SPEAK_MS)))
        await call.audio.said()


WAYS: Sequence[tuple[str, Way]] = (
    ("a call with a name, secret digits pressed", press_secrets),
    ("a call with a name, a message left", leave_a_message),
    ("a call to the menu", call_the_menu),
    ("a call to an address nobody has", give_up_ringing),
    ("a call from the platform, answered and recorded", be_called),
    ("requests over HTTP with values where they do not belong", ask_by_http),
    ("consents given and one taken back", choose),
    ("a request for one's data and a complaint", ask_for_rights),
)


async def walk(trip: Trip, *, told: Callable[[str], None]) -> None:
    """Do everything for one person. Raises `RingfenceError` naming the way that did not work."""
    for says, way in WAYS:
        try:
            await way(trip)
        except (CallFailed, TimeoutError, OSError) as error:
            raise RingfenceError(f"this way did not work: {says}") from error
        except Refused as refused:
            raise Refused(refused.code, f"{says}: {refused.reason}") from None
        told(says)
