"""What a made-up person does as a customer: queues, pays, is listened to, writes, is told about.

As in `proof_ways`: what the installation does not allow (servers on this machine, transcription
without a recogniser) is refused on the way, and what is left of the refusal is searched too.
"""

from __future__ import annotations

import asyncio
import http.client
import json
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from aiohttp import WSMsgType, web

from ringfence.cli.proof_ways import Trip, ask, call, number_for, speak
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import PROOF_HTTP_WAIT
from ringfence.payments.cards import luhn
from ringfence.testing.phone import Phone
from ringfence.testing.phone_call import PhoneCall

WAITING = "<Response><Enqueue>{name}</Enqueue></Response>"
ANSWERING = "<Response><Dial><Queue>{name}</Queue></Dial></Response>"
PAYING = (
    "<Response><Pay paymentConnector='test' postalCode='false' chargeAmount='1.00' timeout='3'"
    " description={secret}>"
    "<Prompt for='payment-card-number'><Pause length='1'/></Prompt></Pay></Response>"
)
STREAMED = (
    "<Response><Start><Transcription name={name} statusCallbackUrl={url}/></Start>"
    "<Connect><Stream url={stream}><Parameter name={name} value={secret}/></Stream></Connect>"
    "</Response>"
)
NOWHERE = "https://example.invalid/"
GATEWAY = {
    "url": NOWHERE, "body": "json",
    "fields": {"to": "{to}", "from": "{from}", "text": "{text}", "ref": "{id}"},
    "inbound": {"from": "from", "to": "to", "text": "text", "id": "id"},
}  # fmt: skip


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
            await asyncio.sleep(1.5)
            await talk.press(digits)
        await _end(talk)


def card(secret: str) -> str:
    """Return the number of a card: three digits, the secret's twelve and the one that checks them.

    ISO/IEC 7812-1, annex B (Luhn).
    """
    digits = "411" + secret
    return next(whole for check in "0123456789" if luhn(whole := digits + check))


async def be_streamed(trip: Trip) -> None:
    """Talk to a server over a WebSocket, which answers with the name; the call is written down."""
    who = trip.who

    async def listen(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            said = json.loads(message.data) if message.type is WSMsgType.TEXT else {}
            if said.get("event") == "media":
                mark = {"name": f"{who.name} {who.secret}"}
                await socket.send_json(
                    {"event": "mark", "streamSid": said["streamSid"], "mark": mark}
                )
                break
        await socket.close()
        return socket

    async def take(_request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_post("/{tail:.*}", take)
    app.router.add_get("/{tail:.*}", listen)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        document = STREAMED.format(
            name=quoteattr(who.name), secret=quoteattr(who.secret),
            stream=quoteattr(f"ws://{host}:{port}/{who.secret}"),
            url=quoteattr(f"http://{host}:{port}/{who.secret}"),
        )  # fmt: skip
        async with number_for(trip, document), Phone(username="proof") as phone:
            talk = await call(trip, phone, trip.spare)
            await speak(talk)
            await _end(talk)
    finally:
        await runner.cleanup()


async def write_a_text(trip: Trip) -> None:
    """Write to the installation through a carrier; be read and answered."""
    who = trip.who
    name = f"proof-{who.id.lower()}"
    made = await ask(trip, "carrier.add", name=name, http=GATEWAY)
    try:
        words = f"I am {who.name}, my secret is {who.secret}."
        form = {"from": who.number.e164, "to": trip.recording, "text": words, "id": who.secret}
        await asyncio.to_thread(_post, trip, made["webhook"], form)
        page = await ask(trip, "inbox.list", number=trip.recording)
        for message in page["messages"]:
            await ask(trip, "inbox.read", sid=message["sid"])
            await ask(trip, "inbox.reply", sid=message["sid"], text=f"Hello {who.name}")
    finally:
        await ask(trip, "carrier.remove", name=name)


def _post(trip: Trip, path: str, form: dict[str, str]) -> None:
    target = urlsplit(trip.http)
    link = http.client.HTTPConnection(
        str(target.hostname), target.port or 80, timeout=PROOF_HTTP_WAIT
    )
    try:
        link.request("POST", path, json.dumps(form), {"Content-Type": "application/json"})
        answer = link.getresponse()
        answer.read()
    finally:
        link.close()
    if answer.status >= 400:
        raise Refused("bad_answer", f"the carrier's message was answered with {answer.status}")


async def be_told_about(trip: Trip) -> None:
    """Be in what webhooks are sent, which nobody takes, so that it waits to be sent again."""
    who = trip.who
    hook = await ask(trip, "webhook.add", url=f"{NOWHERE}{trip.who.id}")
    try:
        async with Phone(username="proof") as phone:
            talk = await call(trip, phone, trip.asking)
            await talk.press(who.secret)
            await talk.hang_up()
        await ask(trip, "message.send", to=who.number.e164, sender=trip.asking, text=who.name)
    finally:
        await ask(trip, "webhook.remove", sid=hook["sid"])


async def be_asked_about(trip: Trip) -> None:
    """Be looked up, be verified as a caller id, have one's last recording written down."""
    who = trip.who
    await ask(trip, "number.lookup", number=who.number.e164)
    asked: list[tuple[str, dict[str, Any]]] = [
        ("caller_id.verify", {"number": who.number.e164, "name": who.name}),
        ("call.place", {"to": who.number.e164, "twiml": WAITING.format(name=who.name),
                        "reason": who.name, "display": who.name}),
    ]  # fmt: skip
    newest = await ask(trip, "recording.list", limit=1, newest=True)
    asked += [("transcription.request", {"recording": one["sid"]}) for one in newest]
    for use_case, args in asked:
        try:
            await ask(trip, use_case, **args)
        except Refused:
            pass  # no trunk, no recogniser: what is left of being refused is searched


async def ask_for_more_rights(trip: Trip) -> None:
    """Ask for all the other rights, by number, with every value in the words and details."""
    who = trip.who
    words = f"I am {who.name}, my number is {who.number.e164}, my secret {who.secret}."
    rights: dict[str, dict[str, str]] = {
        "correction": {"what": "name", "value": who.name},
        "restriction": {},
        "objection": {"purpose": "market"},
        "portability": {"recipient": f"{NOWHERE}{who.name}/{who.secret}"},
    }
    for kind, details in rights.items():
        await ask(
            trip, "privacy.rights.ask", kind=kind, contact=who.number.e164, words=words,
            details=details,
        )  # fmt: skip


async def _end(talk: PhoneCall) -> None:
    """Wait for the platform to hang up, for a while; then hang up."""
    try:
        async with asyncio.timeout(PROOF_HTTP_WAIT):
            await talk.wait_over()
    except TimeoutError:
        await talk.hang_up()
