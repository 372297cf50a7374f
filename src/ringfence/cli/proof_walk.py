"""What a made-up person does with an installation before being erased, by real calls and requests.

Each way is one row of `WAYS`: what the report says, and the coroutine that does it. The calls are
SIP and RTP by the built-in phone; requests go over HTTP and the control socket.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Sequence
from urllib.parse import quote

from ringfence.cli.proof_rights import (
    ask_for_more_rights,
    ask_for_rights,
    be_answered,
    be_demanded,
    be_left_alone,
    choose,
)
from ringfence.cli.proof_texts import (
    be_asked_by_text,
    be_texted,
    be_told_about,
    stop,
    write_a_text,
    write_half_a_text,
)
from ringfence.cli.proof_trade import (
    be_asked_about,
    be_rung,
    be_streamed,
    meet_a_server,
    pay_by_keys,
    wait_in_a_queue,
)
from ringfence.cli.proof_ways import (
    Trip,
    Way,
    be_connected,
    be_given_a_number,
    be_written_to,
    call_from_a_desk,
    fetch,
    meet_in_a_room,
    sign_in,
    speak,
)
from ringfence.cli.proof_ways import call as dial
from ringfence.kernel.errors import RingfenceError
from ringfence.kernel.limits import DEMO_LISTEN
from ringfence.sip.uri import Uri
from ringfence.testing.phone import CallFailed, Phone

ASKING = "<Response><Gather numDigits='12' timeout='10' finishOnKey=''/></Response>"
RECORDING = "<Response><Record maxLength='20' timeout='5' playBeep='false'/></Response>"
"""What the two numbers of a proof do."""


async def press_secrets(trip: Trip) -> None:
    """Call with a name, press secret digits, hang up."""
    async with Phone(username="proof") as phone:
        call = await dial(trip, phone, trip.asking)
        await call.press(trip.who.secret)
        await call.hang_up()


async def leave_a_message(trip: Trip) -> None:
    """Call with a name, speak, hang up."""
    async with Phone(username="proof") as phone:
        call = await dial(trip, phone, trip.recording)
        await speak(call)
        await call.hang_up()


async def call_the_menu(trip: Trip) -> None:
    """Call the installation's own menu, listen a moment, hang up."""
    async with Phone(username="proof") as phone:
        call = await phone.call(f"sip:welcome@{trip.sip}", caller=trip.who.number.e164)
        await speak(call)
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
        await speak(call)
        await call.hang_up()


async def ask_by_http(trip: Trip) -> None:
    """Send the number, the name and the secret where they do not belong: paths and headers."""
    await asyncio.to_thread(_requests, trip)


def _requests(trip: Trip) -> None:
    who = trip.who
    wrong = base64.b64encode(f"{who.number.e164}:{who.secret}".encode()).decode()
    stranger = {"Authorization": f"Basic {wrong}", "Cookie": f"x={who.secret}"}
    known = {"Cookie": sign_in(trip)}
    number = quote(who.number.e164, safe="")
    for method, path, headers in (
        ("GET", f"/v1/calls?caller={number}&name={who.name}", known),
        ("GET", f"/v1/calls/{who.name}", known),
        ("GET", f"/v1/calls?cursor={who.secret}", known),
        ("GET", f"/{who.secret}?q={who.name}", stranger),
        ("GET", "/v1/calls", stranger),
        ("POST", f"/v1/calls?to={number}", stranger),
    ):
        fetch(trip, method, path, headers | {"User-Agent": who.name, "Referer": who.name})


WAYS: Sequence[tuple[str, Way]] = (
    ("a call with a name, secret digits pressed", press_secrets),
    ("a call with a name, a message left", leave_a_message),
    ("a call to the menu", call_the_menu),
    ("a call to an address nobody has", give_up_ringing),
    ("a call from the platform, answered and recorded", be_called),
    ("a call through a trunk, recorded, a number confirmed", be_rung),
    ("requests over HTTP with values where they do not belong", ask_by_http),
    ("a call connected to a telephone, both ends recorded", be_connected),
    ("a conference named like the person, recorded", meet_in_a_room),
    ("a call from a telephone of the installation", call_from_a_desk),
    ("digits sent to a server, which answers with them", meet_a_server),
    ("a mailbox on a list, written to", be_written_to),
    ("a postal address, that a number is given to", be_given_a_number),
    ("text messages sent and delivered, one called back", be_texted),
    ("a text with a picture that comes in through a carrier, answered", write_a_text),
    ("half a text message", write_half_a_text),
    ("a question by text that waits for its answer", be_asked_by_text),
    ("a queue named like the person, and who takes calls from it", wait_in_a_queue),
    ("a card keyed in on a call and charged", pay_by_keys),
    ("a call streamed to a server and written down as it is spoken", be_streamed),
    ("webhooks that wait to be sent again", be_told_about),
    ("a number looked up, recordings written down", be_asked_about),
    ("consents given and one taken back", choose),
    ("a request for one's data and a complaint", ask_for_rights),
    ("requests for the other rights", ask_for_more_rights),
    ("an archive made, a name corrected, data sent on", be_answered),
    ("a demand of an authority, an incident", be_demanded),
    ("no more texts, no more calls", stop),
    ("data that is only stored, a call that was held", be_left_alone),
)


async def walk(trip: Trip, *, told: Callable[[str], None]) -> None:
    """Do everything for one person. Raises `RingfenceError` naming the way that did not work.

    A way that the installation refuses is gone no further, and is in `Trip.unwalked`.
    """
    for says, way in WAYS:
        try:
            with trip.allowed(says):
                await way(trip)
        except (CallFailed, TimeoutError, OSError) as error:
            raise RingfenceError(f"this way did not work: {says}") from error
        except RingfenceError as error:
            raise RingfenceError(f"this way did not work: {says}: {error}") from error
        told(says)
