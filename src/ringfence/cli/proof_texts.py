"""Text messages of a made-up person: sent, delivered, received, half here, asked, stopped.

A carrier that delivers to itself takes what is sent; what comes in comes by a gateway with HTTP
and, in parts, from a message centre on this machine. None of them is left when a way is over.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from ringfence.carriers.smpp.pdu import Command, Pdu
from ringfence.cli.proof_server import serving
from ringfence.cli.proof_ways import NOWHERE, Trip, ask, fetch, nowhere, priced, sign_in
from ringfence.kernel.errors import Refused, RingfenceError
from ringfence.kernel.limits import PROOF_HTTP_WAIT
from ringfence.testing.smsc import Smsc

GATEWAY = {
    "url": NOWHERE, "body": "json",
    "fields": {"to": "{to}", "from": "{from}", "text": "{text}", "ref": "{id}"},
    "inbound": {"from": "from", "to": "to", "text": "text", "id": "id", "media": "media"},
}  # fmt: skip
FLOW = "proof-of-erasure"
QUESTION = {
    "ringfence_flow": 1, "start": "ask",
    "applets": {"ask": {"type": "ask", "text": "How are you?", "next": "end"},
                "end": {"type": "inbox"}},
}  # fmt: skip
SUPPRESSIONS = ("do_not_call", "marketing", "texts")
CONCATENATED = 0x40
"""In ``esm_class``: the text begins with a header (SMPP 3.4, 5.2.12)."""
HEADER = bytes.fromhex("050003070201")
"""The first of two parts of message 7 (3GPP TS 23.040, 9.2.3.24.1)."""


async def be_texted(trip: Trip) -> None:
    """Get text messages, every value in them, of which one is called back.

    The sender is in a campaign, the words are a template's, the carrier delivers to itself. What
    somebody with this number stopped in an earlier proof is taken back first.
    """
    who, name = trip.who, _name(trip)
    for which in SUPPRESSIONS:
        with suppress(Refused):  # they are on no list: the usual case
            await ask(trip, "privacy.leave_alone.remove", number=who.number.e164, which=which)
    words = f"{who.name}, your number is {who.number.e164}, your secret {who.secret}."
    sent = {"to": who.number.e164, "sender": trip.asking}
    callback = f"{nowhere(trip, 'texts')}{who.name}?secret={who.secret}"
    async with (
        serving(who) as server,
        _carrier(trip, name, senders=[trip.asking]),
        priced(trip, "sms-outbound"),
    ):
        await ask(trip, "message.campaign.add", name=name, senders=[trip.asking])
        await ask(trip, "message.template.add", name=name, text="Dear {#var#}, it is {#var#}.")
        try:
            made = [
                await ask(trip, "message.send", **sent, text=words, callback=callback),
                await ask(trip, "message.send", **sent, template=name, campaign=name,
                          values=[who.name, who.secret]),
                await ask(trip, "message.send", **sent, text=words, discard="both"),
            ]  # fmt: skip
            with trip.allowed("a picture sent, from a server on this machine"):
                link = f"{server.url}/{who.name}/{who.secret}.png"
                made.append(await ask(trip, "message.send", **sent, text=words, media=[link]))
            for one in made:
                await _delivered(trip, one["sid"])
            await ask(trip, "message.rate", sid=made[0]["sid"])
            later = await asyncio.to_thread(_send_by_http, trip, words)
            await ask(trip, "message.cancel", sid=later)
            await ask(trip, "message.story", sid=later)
        finally:
            await ask(trip, "message.template.remove", name=name)
            await ask(trip, "message.campaign.remove", name=name)


async def _delivered(trip: Trip, sid: str) -> None:
    """Wait until a message is with whom it is for. Raises `RingfenceError` where it never is."""
    status = ""
    for _ in range(PROOF_HTTP_WAIT * 20):
        status = (await ask(trip, "message.show", sid=sid))["status"]
        if status == "delivered":
            return
        await asyncio.sleep(0.05)
    raise RingfenceError(f"a text message was {status}, not delivered")


def _send_by_http(trip: Trip, words: str) -> str:
    """Send a message of tomorrow over HTTP, under a key that lets it be repeated; its SID."""
    headers = {
        "Cookie": sign_in(trip), "Content-Type": "application/json", "Origin": trip.http,
        "Idempotency-Key": f"{trip.who.name}-{trip.who.secret}",
    }  # fmt: skip
    tomorrow = int((time.time() + 86_400) * 1000)
    body = {"to": trip.who.number.e164, "sender": trip.asking, "text": words, "at": tomorrow}
    status, _, answer = fetch(trip, "POST", "/v1/messages", headers, json.dumps(body).encode())
    if status >= 400:
        raise Refused("bad_answer", f"a message asked for over HTTP was answered with {status}")
    return str(json.loads(answer)["sid"])


async def write_a_text(trip: Trip) -> None:
    """Write to the installation through a carrier, with a picture; be read and answered."""
    async with serving(trip.who) as server:
        await _write(trip, "1", f"{server.url}/{trip.who.secret}.png")
        for message in await _written(trip):
            await ask(trip, "inbox.read", sid=message["sid"])
            await ask(trip, "inbox.reply", sid=message["sid"], text=f"Hello {trip.who.name}")
            if not await _fetched(trip, message["sid"]):
                reason = "the installation may not ask servers on this machine"
                trip.unwalked.append(("a picture received, from a server on this machine", reason))


async def _written(trip: Trip) -> list[dict[str, Any]]:
    """Return what the person wrote, the newest first. Raises `RingfenceError` where it is not."""
    page = await ask(trip, "inbox.list", number=trip.recording, sender=trip.who.number.e164)
    if not page["messages"]:
        raise RingfenceError("what was written is not in the inbox")
    found: list[dict[str, Any]] = page["messages"]
    return found


async def _fetched(trip: Trip, sid: str) -> bool:
    """Whether the pictures of a message came, within some seconds."""
    for _ in range(20):
        pictures = await ask(trip, "message.media", sid=sid)
        if pictures and all(picture["size"] for picture in pictures):
            return True
        await asyncio.sleep(0.1)
    return False


async def write_half_a_text(trip: Trip) -> None:
    """Write a long message of which one part of two arrives, by SMPP."""
    who, name = trip.who, f"{_name(trip)}-smpp"
    async with Smsc() as centre:
        access = {"host": "127.0.0.1", "port": centre.port, "system_id": "ringfence",
                  "password": "secret"}  # fmt: skip
        with trip.allowed("half a text message, from a message centre on this machine"):
            async with _carrier(trip, name, smpp=access, senders=[trip.recording]):
                await centre.bound()
                text = f"I am {who.name}, my secret is {who.secret} and".encode("ascii")
                fields: dict[str, Any] = {
                    "source_addr_ton": 1, "source_addr": who.number.e164[1:],
                    "dest_addr_ton": 1, "destination_addr": trip.recording[1:],
                    "data_coding": 1, "esm_class": CONCATENATED, "short_message": HEADER + text,
                }  # fmt: skip
                if await centre.send(Pdu(Command.DELIVER_SM, fields=fields)):
                    raise RingfenceError("a part of a text message was not taken")


async def be_told_about(trip: Trip) -> None:
    """Be in what a webhook is sent, text and all, which nobody takes: it waits to be sent again."""
    hook = await ask(trip, "webhook.add", url=nowhere(trip, "events"))
    try:
        await _write(trip, "2")
        newest = (await _written(trip))[0]["sid"]
        for _ in range(PROOF_HTTP_WAIT * 10):
            if (await ask(trip, "notification.list", subject=newest))["notifications"]:
                return  # tried once
            await asyncio.sleep(0.1)
        raise RingfenceError("nobody was told of a text message")
    finally:
        await ask(trip, "webhook.remove", sid=hook["sid"])


async def be_asked_by_text(trip: Trip) -> None:
    """Write to a flow, which asks, and do not answer."""
    if not trip.thorough:
        reason = "a flow cannot be taken away again; --thorough leaves one behind"
        trip.unwalked.append(("a question by text that waits for its answer", reason))
        return
    known = {flow["name"] for flow in await ask(trip, "flow.list")}
    if FLOW not in known:
        await ask(trip, "flow.add", name=FLOW, document=QUESTION)
    await ask(trip, "number.add", number=trip.spare, silent=True, sms_flow=FLOW)
    try:
        await _write(trip, "3", to=trip.spare)
        for _ in range(PROOF_HTTP_WAIT * 10):
            page = await ask(trip, "message.list", to=trip.who.number.e164, sender=trip.spare)
            if page["messages"]:
                return
            await asyncio.sleep(0.1)
        raise RingfenceError("a flow did not ask")
    finally:
        await ask(trip, "number.remove", number=trip.spare)


async def stop(trip: Trip) -> None:
    """Write STOP, and ask to be left alone in every other way."""
    await _write(trip, "4", text="STOP")
    for which in SUPPRESSIONS:
        await ask(trip, "privacy.leave_alone.add", number=trip.who.number.e164, which=which)


def _name(trip: Trip) -> str:
    return f"proof-{trip.who.id.lower()}"


@asynccontextmanager
async def _carrier(trip: Trip, name: str, **how: Any) -> AsyncIterator[dict[str, Any]]:
    made = await ask(trip, "carrier.add", name=name, **how)
    try:
        yield made
    finally:
        await ask(trip, "carrier.remove", name=name)


async def _write(
    trip: Trip, which: str, picture: str = "", *, to: str = "", text: str = ""
) -> None:
    """Have a carrier hand on a text of the person: one it has not handed on before."""
    who = trip.who
    words = text or f"I am {who.name}, my secret is {who.secret}."
    form = {"from": who.number.e164, "to": to or trip.recording, "text": words,
            "id": f"{who.secret}-{which}", "media": picture}  # fmt: skip
    async with _carrier(trip, _name(trip), http=GATEWAY) as made:
        await asyncio.to_thread(_post, trip, made["webhook"], form)


def _post(trip: Trip, path: str, form: dict[str, str]) -> None:
    kind = {"Content-Type": "application/json"}
    status, *_ = fetch(trip, "POST", path, kind, json.dumps(form).encode())
    if status >= 400:
        raise RingfenceError(f"the carrier's message was answered with {status}")
