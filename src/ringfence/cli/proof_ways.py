"""More of what a made-up person does: through other people's telephones, servers and mailboxes.

What the installation is set up for is really used; what it is not (webhooks to this machine, a
mail relay) is refused on the way. What is left of the refusal is searched like everything else, and
the report says what was not gone through and why (`Trip.unwalked`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPMessage
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from ringfence.cli.control import Office
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import DEMO_LISTEN, PROOF_HTTP_WAIT, PROOF_SPEAK_MS
from ringfence.kernel.phone import Phone as Number
from ringfence.privacy.tracers.spellings import number_needles, word_needles
from ringfence.privacy.tracers.tone import tone
from ringfence.sip.headers import NameAddr
from ringfence.sip.uri import Uri
from ringfence.testing.phone import Phone
from ringfence.testing.phone_call import PhoneCall

FICTION = "+447700900"
"""The range reserved for fiction (Ofcom): nobody has a number in it."""
NOWHERE = "https://example.invalid/"
"""A server that cannot be (RFC 6761, 6.4)."""
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
    """Where else the platform met this person: SIP addresses, a mailbox."""

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
            Number(f"{FICTION}{number:03d}"),
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
    spare: str
    """A number of nobody, for ways that need one of their own."""
    unwalked: list[tuple[str, str]] = field(default_factory=list)
    """What could not be gone through, and the words it was refused with."""
    thorough: bool = False
    """Whether ways may be gone that leave something of the installation's own behind."""

    @contextmanager
    def allowed(self, what: str) -> Iterator[None]:
        """Go on where the installation refuses ``what``; the report says so.

        What cannot be read is a fault, and is raised: no way around it is proof of anything.
        """
        try:
            yield
        except Refused as refused:
            if refused.code == "unreadable":
                raise
            self.unwalked.append((what, refused.reason))


Way = Callable[[Trip], Awaitable[None]]

BRIDGED = (
    '<Response><Dial record="record-from-answer-dual" timeout="20" callerId={caller}>'
    "<Sip>{callee}</Sip></Dial></Response>"
)
MEETING = (
    '<Response><Dial><Conference record="record-from-start" participantLabel={label}>{name}'
    "</Conference></Dial></Response>"
)


async def call(trip: Trip, phone: Phone, number: str) -> PhoneCall:
    """Call a number of the installation, with a name, and wait for the answer."""
    placed = phone.place_call(
        Uri.parse(f"sip:{number}@{trip.sip}"),
        from_=NameAddr(trip.who.name, Uri("sip", trip.who.number.e164, "127.0.0.1")),
    )
    return await phone.answered(placed, DEMO_LISTEN)


async def speak(spoken: PhoneCall) -> None:
    """Say a tone that nobody else says."""
    async with asyncio.timeout(2 * DEMO_LISTEN):
        spoken.audio.say(tone(int(PROOF_SPEAK_MS)))
        await spoken.audio.said()


async def ask(trip: Trip, use_case: str, **args: Any) -> Any:
    """Ask the installation for something."""
    return await asyncio.to_thread(trip.ask.run, use_case, **args)


def fetch(
    trip: Trip, method: str, path: str, headers: dict[str, str], body: bytes = b""
) -> tuple[int, HTTPMessage, bytes]:
    """Ask the installation over HTTP; the status, the headers and the body of its answer."""
    target = urlsplit(trip.http)
    link = HTTPConnection(str(target.hostname), target.port or 80, timeout=PROOF_HTTP_WAIT)
    try:
        link.request(method, path, body or None, headers)
        answer = link.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        link.close()


def sign_in(trip: Trip) -> str:
    """Return the cookie of a session begun with a one-time link."""
    _, headers, _ = fetch(trip, "GET", trip.ask.run("admin.link")["path"], {})
    return headers.get("Set-Cookie", "").partition(";")[0]


def nowhere(trip: Trip, what: str) -> str:
    """Return a URL that nobody answers, of a host of its own: what waits for one waits for all."""
    return f"https://{what}-{trip.who.secret}.example.invalid/"


@asynccontextmanager
async def number_for(trip: Trip, twiml: str) -> AsyncIterator[None]:
    """Have the spare number do what a document says, while this lasts."""
    await ask(trip, "number.add", number=trip.spare, twiml=twiml)
    try:
        yield
    finally:
        await ask(trip, "number.remove", number=trip.spare)


@asynccontextmanager
async def priced(trip: Trip, service: str) -> AsyncIterator[None]:
    """Have something that is done with this number cost, while this lasts."""
    if not trip.thorough:
        reason = "a tariff stays on record, and so does what is charged; --thorough sets one"
        trip.unwalked.append((f"a price for {service}", reason))
        yield
        return
    shown = await ask(trip, "tariff.show")
    currency = None if shown else "USD"
    await ask(trip, "tariff.set", service=service, price="0.01", to=FICTION, currency=currency)
    try:
        yield
    finally:
        await ask(trip, "tariff.remove", service=service, to=FICTION)


async def be_connected(trip: Trip) -> None:
    """Call a number that is connected to a telephone: both ends are this person, both recorded."""
    who = trip.who
    async with Phone(username=who.secret) as far, Phone(username="proof") as near:
        callee = str(Uri("sip", who.secret, far.host, far.port))
        who.addresses.append(callee)
        for address in (callee, who.number.e164):  # so that nobody has to be asked on the call
            await ask(
                trip, "privacy.consent.give", number=address, purpose="record_call", channel="any"
            )
        document = BRIDGED.format(caller=quoteattr(trip.spare), callee=callee)
        async with number_for(trip, document):
            calling = asyncio.create_task(call(trip, near, trip.spare))
            try:
                rung = await far.next_call(DEMO_LISTEN)
                await rung.answer()
                spoken = await calling
            finally:
                calling.cancel()
            await asyncio.gather(speak(rung), speak(spoken))
            await spoken.press(who.secret)
            await spoken.hang_up()


async def meet_in_a_room(trip: Trip) -> None:
    """Meet oneself in a conference named like the person, which is recorded."""
    who = trip.who
    document = MEETING.format(label=quoteattr(who.secret), name=who.name)
    async with (
        Phone(username="proof") as one,
        Phone(username="proof") as other,
        number_for(trip, document),
    ):
        talks = [await call(trip, phone, trip.spare) for phone in (one, other)]
        await speak(talks[0])
        for talk in talks:
            await talk.hang_up()


async def call_from_a_desk(trip: Trip) -> None:
    """Register a telephone of the installation's own, named like the person, and call from it."""
    who = trip.who
    made = await ask(trip, "phone.add", name=who.name)
    who.addresses.append(made["uri"])
    try:
        async with Phone(username=who.name, password=made["secret"]) as phone:
            await phone.register(f"sip:{trip.sip}")
            spoken = await phone.call(f"sip:{trip.recording}@{trip.sip}")
            await speak(spoken)
            await spoken.hang_up()
            await phone.unregister()
    finally:
        await ask(trip, "phone.remove", name=who.name)


async def be_written_to(trip: Trip) -> None:
    """Join a list with a mailbox, be written to, ask for one's data by that mailbox."""
    who = trip.who
    mailbox = f"{who.name.lower()}@example.invalid"
    who.addresses.append(mailbox)
    await ask(
        trip, "privacy.message.subscribe", to=mailbox, name="news", ground="consent",
        evidence="proof",
    )  # fmt: skip
    reason, fields = f"proof:{who.id}", {"title": who.name, "text": f"{who.name} {who.secret}"}
    news = {"template": "product_news", "to": mailbox, "reason": reason, "fields": fields}
    with trip.allowed("an e-mail"):  # where no relay is set up nothing is accepted either
        await ask(trip, "privacy.message.send", **news)
    with trip.allowed("a request for one's data by e-mail"):
        await ask(trip, "privacy.rights.ask", kind="access", contact=mailbox, words=who.secret)


async def be_given_a_number(trip: Trip) -> None:
    """Have one's postal address kept, changed, and tied to a number of the installation."""
    who = trip.who
    kept = await ask(
        trip, "address.add", customer=who.name, street=f"1 {who.name} Street", city=who.name,
        region="London", postal_code="SW1A 0AA", country="GB", contact=who.number.e164,
    )  # fmt: skip
    await ask(trip, "address.change", sid=kept["sid"], street_more=who.secret)
    await ask(trip, "number.add", number=trip.spare, silent=True, ties={"address": kept["sid"]})
    await ask(trip, "number.remove", number=trip.spare)
