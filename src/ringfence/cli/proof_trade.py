"""What a made-up person does as a customer: queues, pays, is listened to, asked about, called.

As in `proof_ways`: what the installation does not allow (servers on this machine, transcription
without a recogniser) is refused on the way, what is left of the refusal is searched too, and the
report says so.
"""

from __future__ import annotations

import asyncio
from xml.sax.saxutils import quoteattr

from ringfence.cli.proof_server import serving
from ringfence.cli.proof_ways import Trip, ask, call, nowhere, number_for, priced, speak
from ringfence.kernel.errors import RingfenceError
from ringfence.kernel.limits import DEMO_LISTEN, PROOF_HTTP_WAIT
from ringfence.payments.cards import luhn
from ringfence.testing.phone import Phone
from ringfence.testing.phone_call import PhoneCall

WAITING = "<Response><Enqueue>{name}</Enqueue></Response>"
ANSWERING = "<Response><Dial><Queue>{name}</Queue></Dial></Response>"
PAYING = (
    "<Response><Pay paymentConnector='test' postalCode='false' chargeAmount='1.00' timeout='3'"
    " description={secret}>"
    "<Prompt for='payment-card-number'><Pause length='1'/></Prompt>"
    "<Prompt for='expiration-date'><Pause length='1'/></Prompt>"
    "<Prompt for='security-code'><Pause length='1'/></Prompt></Pay></Response>"
)
STREAMED = (
    "<Response><Start><Transcription name={name} statusCallbackUrl={url}/></Start>"
    "<Connect><Stream url={stream}><Parameter name={name} value={secret}/></Stream></Connect>"
    "</Response>"
)
LISTENING = "<Response><Pause length='20'/></Response>"
RECORDINGS = 5
"""How many of the newest recordings are written down."""
ASKED_BY_A_SERVER = (
    '<Response><Gather numDigits="12" timeout="10" finishOnKey="" method="GET" action={action}/>'
    "</Response>"
)
NO_SERVERS = "the installation may not ask servers on this machine"


async def wait_in_a_queue(trip: Trip) -> None:
    """Wait in a queue named like the person, and be answered by somebody who takes from it."""
    name = trip.who.name
    async with Phone(username="proof") as caller, Phone(username="proof") as agent:
        async with number_for(trip, WAITING.format(name=name)):
            waits = await call(trip, caller, trip.spare)
        async with number_for(trip, ANSWERING.format(name=name)):
            answers = await call(trip, agent, trip.spare)
        await speak(waits)
        await answers.hang_up()
        await waits.hang_up()
    for queue in await ask(trip, "queue.list"):
        if queue["name"] == name:
            await ask(trip, "queue.remove", sid=queue["sid"])


async def pay_by_keys(trip: Trip) -> None:
    """Key in a card whose number holds the secret; it is charged by the sandbox."""
    async with (
        number_for(trip, PAYING.format(secret=quoteattr(trip.who.name))),
        Phone(username="proof") as phone,
    ):
        talk = await call(trip, phone, trip.spare)
        for digits in (card(trip.who.secret) + "#", "1239", trip.who.secret[:3] + "#"):
            await asyncio.sleep(1.2)
            await talk.press(digits)
        await _end(talk)


def card(secret: str) -> str:
    """Return the number of a card: three digits, the secret's twelve and the one that checks them.

    ISO/IEC 7812-1, annex B (Luhn).
    """
    digits = "411" + secret
    return next(whole for check in "0123456789" if luhn(whole := digits + check))


async def meet_a_server(trip: Trip) -> None:
    """Press digits that a server is sent, which answers with the name: the log keeps both.

    It lets what it answers be kept, a document and a sound.
    """
    async with serving(trip.who) as server, Phone(username="proof") as phone:
        document = ASKED_BY_A_SERVER.format(action=server.at(f"?who={trip.who.name}"))
        async with number_for(trip, document):
            spoken = await call(trip, phone, trip.spare)
            await spoken.press(trip.who.secret)
            await spoken.wait_over()
        if not server.asked:
            trip.unwalked.append(("answers of a server that are kept", NO_SERVERS))


async def be_streamed(trip: Trip) -> None:
    """Talk to a server over a WebSocket, which answers with the name; the call is written down."""
    who = trip.who
    async with serving(who) as server, Phone(username="proof") as phone:
        stream = server.at("/stream").replace("http://", "ws://")
        document = STREAMED.format(
            name=quoteattr(who.name), secret=quoteattr(who.secret),
            stream=stream, url=server.at("/words"),
        )  # fmt: skip
        async with number_for(trip, document):
            talk = await call(trip, phone, trip.spare)
            await speak(talk)
            await _end(talk)
        if not server.asked:
            says = "a call streamed to a server and written down as it is spoken"
            trip.unwalked.append((says, NO_SERVERS))


async def be_asked_about(trip: Trip) -> None:
    """Be looked up, and have every recording written down."""
    who = trip.who
    await ask(trip, "number.lookup", number=who.number.e164)
    newest = await ask(trip, "recording.list", limit=RECORDINGS, newest=True)
    waiting = []
    with trip.allowed("a recording written down"):
        waiting = [await ask(trip, "transcription.request", recording=one["sid"]) for one in newest]
    for _ in range(PROOF_HTTP_WAIT * 20):
        states = {(await ask(trip, "transcription.show", sid=one["sid"]))["status"]
                  for one in waiting}  # fmt: skip
        if states.isdisjoint({"waiting", "queued"}):
            return
        await asyncio.sleep(0.05)
    raise RingfenceError("recordings were not written down")


async def be_rung(trip: Trip) -> None:
    """Be called at the number, through a trunk that leads to a telephone on this machine.

    The call is recorded when asked for, a server that nobody has is told of it, and the number is
    confirmed as one that calls may show.
    """
    who, name = trip.who, f"proof-{trip.who.id.lower()}"
    others = [one for one in await ask(trip, "trunk.list") if "/" not in one["address"]]
    async with Phone(username=who.number.e164) as phone, priced(trip, "calls-outbound"):
        address = f"{phone.host}:{phone.port}"
        await ask(trip, "trunk.add", name=name, address=address)
        try:
            placed = await ask(
                trip, "call.place", to=who.number.e164, trunk=name, twiml=LISTENING,
                status_url=f"{nowhere(trip, 'calls')}{who.name}/{who.secret}",
                status_events=["answered", "completed"], reason=who.name, display=who.name,
            )  # fmt: skip
            rung = await phone.next_call(DEMO_LISTEN)
            await rung.answer()
            with trip.allowed("a recording asked for in a call"):
                await ask(trip, "recording.start", call=placed["sid"])
            await speak(rung)
            await rung.hang_up()
            if others:
                reason = "there are trunks, and the call would go by one of them"
                trip.unwalked.append(("a number confirmed as one that calls may show", reason))
                return
            asked = await ask(trip, "caller_id.verify", number=who.number.e164, name=who.name)
            rung = await phone.next_call(DEMO_LISTEN)
            await rung.answer()
            await rung.press(asked["code"])
            await _confirmed(trip)
            await rung.hang_up()
        finally:
            await ask(trip, "trunk.remove", name=name)


async def _confirmed(trip: Trip) -> None:
    """Wait until calls may show the number. Raises `RingfenceError` where they never may."""
    for _ in range(PROOF_HTTP_WAIT * 20):
        if any(one["number"] == trip.who.number.e164 for one in await ask(trip, "caller_id.list")):
            return
        await asyncio.sleep(0.05)
    raise RingfenceError("a number was not confirmed")


async def _end(talk: PhoneCall) -> None:
    """Wait for the platform to hang up, for a while; then hang up."""
    try:
        async with asyncio.timeout(PROOF_HTTP_WAIT):
            await talk.wait_over()
    except TimeoutError:
        await talk.hang_up()
