"""A seeded office behind the whole application, asked as Twilio's clients ask.

Another area adds what its operations need: a function beside `SEEDS` that puts something of it into
the office, and the form of each operation that takes one to `FORMS`. SIDs in paths need nothing:
they are looked up in the list above them.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
from office_open import opened

from ringfence.accounts.resources import CallerId
from ringfence.api.http import build
from ringfence.api.twilio.operations import Operation, operations
from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.calls.room_events import ConferenceStarted, RoomJoined
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import CallId, ConferenceId, LegId, RecordingId, TranscriptionId
from ringfence.kernel.phone import Phone
from ringfence.office import Office, shelf
from ringfence.office.exchanges import Exchanges
from ringfence.storage.notifications import Exchange
from ringfence.storage.transcriptions import Said, Voice
from ringfence.storage.unit_of_work import Transaction

OURS, THEIRS = "+12025550100", "+12025550123"
DOCUMENT = "<Response><Hangup/></Response>"
VERSION = "/2010-04-01"

Form = Mapping[str, str | list[str]]

_PEOPLE = {"CredentialListSid": "@/SIP/CredentialLists.json"}
_PLACES = {"IpAccessControlListSid": "@/SIP/IpAccessControlLists.json"}

FORMS: dict[str, Form] = {
    "CreatePayments": {"IdempotencyKey": "k1", "StatusCallback": "https://example.com/p"},
    "UpdatePayments": {"IdempotencyKey": "k2", "StatusCallback": "https://example.com/p"},
    "CreateAddress": {
        "CustomerName": "Ada Example", "Street": "1 Street", "City": "London", "Region": "London",
        "PostalCode": "SW1A 0AA", "IsoCountry": "GB",
    },
    "CreateMessage": {"To": "+447700900123", "From": OURS, "Body": "Hello"},
    "CreateUsageTrigger": {
        "UsageCategory": "sms", "TriggerValue": "5", "CallbackUrl": "https://example.com/used"
    },
    "UpdateUsageTrigger": {"FriendlyName": "Renamed"},
    "CreateSipAuthCallsCredentialListMapping": _PEOPLE,
    "CreateSipAuthCallsIpAccessControlListMapping": _PLACES,
    "CreateSipAuthRegistrationsCredentialListMapping": _PEOPLE,
    "CreateSipCredential": {"Username": "bob", "Password": "s3cret-word"},
    "CreateSipCredentialList": {"FriendlyName": "More people"},
    "CreateSipCredentialListMapping": _PEOPLE,
    "CreateSipDomain": {"DomainName": "more.example.com", "VoiceUrl": "https://example.com/s"},
    "CreateSipIpAccessControlList": {"FriendlyName": "More places"},
    "CreateSipIpAccessControlListMapping": _PLACES,
    "CreateSipIpAddress": {"FriendlyName": "Home", "IpAddress": "192.0.2.9"},
    "UpdateSipCredential": {"Password": "other-s3cret"},
    "UpdateSipCredentialList": {"FriendlyName": "Renamed"},
    "UpdateSipIpAccessControlList": {"FriendlyName": "Renamed"},
    "CreateStream": {"Url": "wss://media.example.com/a"},
    "UpdateStream": {"Status": "stopped"},
    "CreateValidationRequest": {"PhoneNumber": THEIRS},
    "CreateApplication": {"FriendlyName": "Menu", "VoiceUrl": "https://example.com/menu"},
    "CreateCall": {"To": THEIRS, "From": OURS, "Twiml": DOCUMENT},
    "CreateIncomingPhoneNumber": {
        "PhoneNumber": "+12025550177", "VoiceUrl": "https://example.com/voice"
    },
    "UpdateIncomingPhoneNumber": {"VoiceUrl": "https://example.com/other", "VoiceMethod": "GET"},
    "CreateIncomingPhoneNumberLocal": {"PhoneNumber": "+12025550178"},
    "CreateIncomingPhoneNumberMobile": {"PhoneNumber": "+447700900178"},
    "CreateIncomingPhoneNumberTollFree": {"PhoneNumber": "+18005550199"},
    "CreateQueue": {"FriendlyName": "sales", "MaxSize": "5"},
    "UpdateQueue": {"FriendlyName": "second line"},
    "CreateParticipant": {"To": THEIRS, "From": OURS},
    "UpdateApplication": {"VoiceUrl": "", "StatusCallback": "https://example.com/status"},
    "UpdateCallRecording": {"Status": "stopped"},
    "UpdateCall": {"Status": "completed"},
}  # fmt: skip
"""What an operation is asked with. One that takes a form and has none here is asked with none."""


ON_A_PLATFORM = frozenset(
    {
        "CreateCall", "UpdateCall", "CreateCallRecording", "UpdateCallRecording",
        "CreateStream", "UpdateStream", "CreateParticipant", "UpdateParticipant",
        "DeleteParticipant", "FetchConferenceRecording", "UpdateConferenceRecording",
        "DeleteConferenceRecording", "ListMember", "FetchMember", "UpdateMember",
        "FetchMessage", "UpdateMessage", "DeleteMessage", "CreateMessageFeedback",
        "ListMedia", "FetchMedia", "DeleteMedia", "CreateValidationRequest",
        "DeleteSigningKey", "DeleteSipCredentialListMapping", "CreatePayments", "UpdatePayments",
        "CreateRealtimeTranscription", "UpdateRealtimeTranscription",
    }
)  # fmt: skip
"""What only a running platform can be asked for: a call goes on, somebody waits, a text was sent.

``tests/interop/test_twilio_shapes.py`` asks for each, and fails when one is left out."""


async def _a_number(office: Office) -> None:
    await office.run("number.add", {"number": OURS, "twiml": DOCUMENT}, actor="operator")


async def _calls(office: Office) -> None:
    """Several: some operations remove one."""
    for _ in range(4):
        await _a_call(office)


async def _a_call(office: Office) -> None:
    """A call in which a leg was rung and a recording was made."""
    now = office.clock.now()
    kinds = ("call", "leg", "leg", "recording")
    call, leg, other, recording = (ids.make(kind, now, office.entropy) for kind in kinds)
    room = office.store.party_room
    number = office.numbers[OURS]
    facts = [
        events.CallOffered(
            at=now, call=CallId(call), account=office.account.id, leg=LegId(leg),
            caller=room.resolve(Phone(THEIRS), now), called=room.resolve(Phone(OURS), now),
            number=number.id,
        ),
        events.CallAnswered(at=Ms(now + 10), call=CallId(call), codec="PCMU"),
        events.LegPlaced(
            at=Ms(now + 20), call=CallId(call), leg=LegId(other), role="callee",
            party=room.resolve(Phone(OURS), now), caller=room.resolve(Phone(THEIRS), now),
        ),
        events.RecordingRequested(
            at=Ms(now + 30), call=CallId(call), recording=RecordingId(recording), source="call",
            legs=(LegId(leg),), parties=(None,),
        ),
        events.RecordingSaved(
            at=Ms(now + 800), call=CallId(call), recording=RecordingId(recording), source="call",
            reason="stopped", duration_ms=700, size=1, sha256=("ab",),
        ),
        events.LegEnded(
            at=Ms(now + 850), call=CallId(call), leg=LegId(other), role="callee",
            cause=Cause.BUSY, by_far_end=True, status=486,
        ),
        events.CallEnded(
            at=Ms(now + 900), call=CallId(call), account=office.account.id, direction="inbound",
            cause=Cause.NORMAL, hung_up_by="caller", missed=False, offered_at=now, rang_at=None,
            answered_at=Ms(now + 10), answered_by_person_at=None, ended_at=Ms(now + 900),
            duration_ms=890, talk_ms=0, codec="PCMU", mos_x100=440,
        ),
    ]  # fmt: skip
    office.store.calls.record(facts, now)
    await office.settled()


async def _a_failed_request(office: Office) -> None:
    page = await office.run("call.list", {}, actor="operator")
    Exchanges(office).note(
        Exchange(
            call=page.calls[0].sid, kind="document", at=office.clock.now(), elapsed_ms=3,
            method="POST", url="https://example.com/voice", status=500, failure="fetch_status",
            code=11200, params=[("From", THEIRS)], body=b"sorry",
        )
    )  # fmt: skip
    await office.settled()


async def _an_address(office: Office) -> None:
    """Two: one that a number is given to, and one that may go."""
    args = {
        "customer": "Ada Example", "street": "1 Street", "street_more": "Floor 2", "city": "London",
        "region": "London", "postal_code": "SW1A 0AA", "country": "GB", "name": "Seeded",
    }  # fmt: skip
    await office.run("address.add", args, actor="operator")
    kept = await office.run("address.add", args, actor="operator")
    number = {"number": "+12025550109", "silent": True, "ties": {"address": kept.sid}}
    await office.run("number.add", number, actor="operator")


async def _a_short_code(office: Office) -> None:
    await office.run("number.add", {"number": "54321", "silent": True}, actor="operator")


async def _an_application(office: Office) -> None:
    hook = {"url": "https://example.com/voice", "method": "GET"}
    await office.run(
        "application.add", {"name": "Desk", "hooks": {"voice": hook}}, actor="operator"
    )


async def _a_stock(office: Office) -> None:
    ranges = (
        ("+12025550150", "+12025550199", None), ("+447700900170", "+447700900179", "mobile"),
        ("+18005550190", "+18005550199", None),
    )  # fmt: skip
    for first, last, kind in ranges:
        args = {"first": first, "last": last, "kind": kind, "sms": kind == "mobile"}
        await office.run("number.stock.add", args, actor="operator")


async def _a_key(office: Office) -> None:
    args = {"name": "Seeded", "purposes": ["operate"]}
    await office.run("key.add", args, actor="operator")


async def _a_conference(office: Office) -> None:
    now, account = office.clock.now(), office.account.id
    room = ConferenceId(ids.make("conference", now, office.entropy))
    book = office.store.rooms.conferences
    book.opened(room, "standup", now)
    book.record(
        [
            RoomJoined(
                at=now, conference=room, account=account,
                call=CallId(ids.make("call", now, office.entropy)),
            ),
            ConferenceStarted(at=now, conference=room, account=account),
        ],
        {}, now,
    )  # fmt: skip
    await office.settled()


async def _a_caller_id(office: Office) -> None:
    await shelf.keep(office, CallerId(number="+12025550142", name="Seeded"))


async def _a_queue(office: Office) -> None:
    await office.run("queue.add", {"name": "support"}, actor="operator")


async def _a_sip_domain(office: Office) -> None:
    def run(name: str, /, **args: object) -> Awaitable[Any]:
        return office.run(name, args, actor="operator")

    hook = {"url": "https://example.com/sip"}
    domain = await run("sip_domain.add", domain="calls.example.com", hooks={"voice": hook})
    people = await run("sip_list.add", kind="credentials", name="People")
    places = await run("sip_list.add", kind="addresses", name="Places")
    await run("sip_credential.add", list_sid=people.sid, username="ann", password="s3cret-word")
    await run("sip_address.add", list_sid=places.sid, address="192.0.2.7", name="Office")
    for which, found in (
        ("credentials", people), ("registrations", people), ("addresses", places),
    ):  # fmt: skip
        await run("sip_domain.map", sid=domain.sid, which=which, list_sid=found.sid)


async def _a_usage_trigger(office: Office) -> None:
    args = {"category": "calls", "value": "+1000", "url": "https://example.com/used"}
    await office.run("usage.trigger.add", args, actor="operator")


async def _a_transcription(office: Office) -> None:
    """Several: some operations remove one."""
    rooms, now = office.store.rooms.transcriptions, office.clock.now()
    for recording in await office.run("recording.list", {}, actor="operator"):
        name = TranscriptionId(ids.make("transcription", now, office.entropy))

        def work(tx: Transaction, name: TranscriptionId = name, of: Any = recording) -> None:
            made = rooms.add(
                tx, name, call=of.call, recording=of.sid, state="queued", language="en-GB",
                callback=None, now=now,
            )  # fmt: skip
            voices = [Voice(0, None, (Said(0, "hello", 0.5),))]
            rooms.settle(tx, made, "completed", now=now, duration_ms=700, voices=voices)

        await office.write(work)


SEEDS: list[Callable[[Office], Awaitable[None]]] = [
    _a_conference, _a_queue, _a_number, _calls, _a_failed_request, _an_application,
    _a_stock, _a_key, _a_caller_id, _a_sip_domain, _a_usage_trigger,
    _a_transcription, _an_address, _a_short_code,
]  # fmt: skip
"""What is put into the office before anything is asked, in this order."""


class NothingThere(Exception):
    """There is nothing an operation could be asked about."""


class Scene:
    """One office and one client of it, on a loop of their own."""

    def __init__(self, data: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self.office = opened(data)
        for seed in SEEDS:
            self._loop.run_until_complete(seed(self.office))
        self.account = self.office.account.id
        token = self.office.directory.auth_token
        self.headers = {"Authorization": basic(self.account, token)}
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=build(self.office)), base_url="http://ringfence"
        )

    def close(self) -> None:
        """Close the office and the loop."""
        self._loop.run_until_complete(self._client.aclose())
        self._loop.run_until_complete(self.office.close())
        self._loop.close()

    def send(self, method: str, url: str, form: Form | None = None, **how: Any) -> httpx.Response:
        """Ask for an absolute path below the host."""
        headers = how.pop("headers", self.headers)
        return self._loop.run_until_complete(
            self._client.request(method, url, data=form, headers=headers, **how)
        )

    def run(self, use_case: str, actor: str = "operator", /, **args: Any) -> Any:
        """Carry out a use case."""
        return self._loop.run_until_complete(self.office.run(use_case, args, actor=actor))

    def ask(self, method: str, path: str, form: Form | None = None, **query: Any) -> httpx.Response:
        """Ask for a path below the account, like ``/Calls.json``."""
        where = f"{VERSION}/Accounts/{self.account}{path}"
        return self.send(method, where, form, params=query)

    def walk(self, row: Operation) -> httpx.Response:
        """Ask for an operation, about the first thing there is to ask about.

        Where there is none any more, one is made first.
        """
        path = next(self._paths(row.path), None)
        if path is None:
            maker = self._maker(row)
            if maker is None:
                raise NothingThere(row.path)
            self.walk(maker)
            path = next(self._paths(row.path), None)
        if path is None:
            raise NothingThere(row.path)
        form = self._filled(FORMS.get(row.name, {})) if row.method == "POST" else None
        return self.send(row.method, VERSION + path, form)

    @staticmethod
    def _maker(row: Operation) -> Operation | None:
        """Return the operation that makes what another one is about."""
        above = row.path.rpartition("/")[0] + ".json"
        return next(
            (one for one in operations().rows if (one.method, one.path) == ("POST", above)), None
        )

    def _filled(self, form: Form) -> Form:
        """Put the first SID of a list in the place of ``@`` and the list's path."""

        def first(path: str) -> str:
            body = self.ask("GET", path).json()
            rows: list[dict[str, str]] = next(v for v in body.values() if isinstance(v, list))
            return rows[0]["sid"]

        return {
            name: first(value[1:]) if isinstance(value, str) and value[:1] == "@" else value
            for name, value in form.items()
        }

    def _paths(self, template: str) -> Iterator[str]:
        """Yield the paths that a template stands for, as far as lists above tell."""
        field = re.search(r"\{(\w+)\}", template)
        if field is None:
            yield template
            return
        before, after = template[: field.start()], template[field.end() :]
        for value in self._values(before.rstrip("/"), field[1]):
            yield from self._paths(before + value + after)

    def _values(self, above: str, field: str) -> Iterator[str]:
        if field == "AccountSid" or (above == "/Accounts" and field == "Sid"):
            yield self.account
            return
        row, _, _ = operations().find("GET", above + ".json")
        if row is None or row.handler is None:
            return
        body = self.send("GET", f"{VERSION}{above}.json").json()
        found = next((value for value in body.values() if isinstance(value, list)), [])
        snake = re.sub(r"(?<!^)(?=[A-Z])", "_", field).lower()
        for item in found:
            value = item.get(snake) or item.get("sid")
            if value:
                yield value


def basic(user: str, password: str) -> str:
    """Return the header of HTTP Basic."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
