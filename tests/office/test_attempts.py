"""Ways around the gate, each tried: none of them succeeds, and none of them tells anything.

The installation has a caller, a call and a recording of its account, the same of another account
in the same database, keys and tickets good, spent, revoked and expired. Every attempt has to end
in a refusal (over HTTP: in a status of 400 and above); no answer may hold a canary.
"""

from __future__ import annotations

import asyncio
import base64
import copy
import json
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from office_open import opened

from ringfence.api.http import build
from ringfence.calls import effects, events
from ringfence.kernel import ids
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.phone import Phone
from ringfence.office import Office
from ringfence.privacy import purposes
from ringfence.privacy.gate import Circumstances, decide
from ringfence.privacy.labels import CONTENT_SEALED, PHONE_SEALED
from ringfence.privacy.purposes import purpose
from ringfence.privacy.roles import Ticket
from ringfence.privacy.sealed import Sealed
from ringfence.storage.staff import StoredTicket

CALLER, STRANGER, LEFT_ALONE = "+12025550143", "+12025550187", "+12025550166"
CANARIES = tuple(number.lstrip("+") for number in (CALLER, STRANGER, LEFT_ALONE))


class Scene:
    """The installation, and what an attacker may have got hold of."""

    def __init__(self, office: Office) -> None:
        self.office = office
        store, now = office.store.store, office.clock.now()
        entropy = SystemEntropy()
        self.ours = self._call(office.store.rooms, office.account, CALLER)
        name = ids.make("account", now, entropy)
        other = store.db.submit(
            lambda tx: store.accounts.add(tx, name, name="Else", auth_token="other", now=now)
        ).result(5)
        self.other_account = other.id
        self.theirs = self._call(store.of(other), other, STRANGER)
        self.key = self._do("key.add", name="bill", purposes=["billing"])
        self.ended_key = self._do("key.add", name="old", purposes=["billing", "deliver_content"])
        self._do("key.revoke", sid=self.ended_key.sid)
        self.developer = self._do(
            "key.add", name="dev", purposes=["operate", "deliver_content"], role="developer"
        )
        self.ticket = self._do("privacy.ticket.open", matter="noise")
        self.closed = self._do("privacy.ticket.open", matter="noise")
        self._do("privacy.ticket.close", sid=self.closed.sid)
        self.expired = "TT" + "e" * 32
        spent = Ticket(self.expired, now - 10, now - 5)  # type: ignore[arg-type]
        lookup = office.store.rooms.tickets.lookup("spent")
        office.identities.learn_ticket(StoredTicket(spent, lookup, "noise"))
        link = self._do("admin.link")
        self.used_link = link.path.rsplit("/", 1)[1]
        self.session = self._do("admin.redeem", "public", token=self.used_link).session
        self._do("session.end", "public", session=self.session)
        self._do("privacy.restrict", number=LEFT_ALONE, reason="requested")
        self.left_alone = office.store.party_room.find(Phone(LEFT_ALONE))
        self._do("privacy.hold", record=self.ours["call"], reason="dispute")

    def _call(self, rooms: Any, account: Any, number: str) -> dict[str, Any]:
        office, now, entropy = self.office, self.office.clock.now(), SystemEntropy()
        call, leg, recording = (ids.make(k, now, entropy) for k in ("call", "leg", "recording"))
        party = rooms.parties.resolve(Phone(number), now)
        office.store.db.submit(lambda _: None).result(5)
        channel = effects.Channel(leg=leg, incoming=True, party=party)
        (file,) = rooms.recordings.begin(recording, call, "voicemail", [channel], now)
        Path(file.path).write_bytes(b"sealed")
        facts = [
            events.CallOffered(
                at=now, call=call, account=account.id, leg=leg, caller=party, called=party
            )
        ]
        office.store.calls.record(facts, now)
        office.store.db.submit(lambda _: None).result(5)
        return {"call": call, "recording": recording, "party": party, "rooms": rooms}

    def _do(self, use_case: str, actor: str = "operator", /, **args: Any) -> Any:
        return asyncio.run(self.office.run(use_case, args, actor=actor))

    def sealed_number(self) -> Sealed[str]:
        """A number of the database, as it rests."""
        store = self.office.store.store
        serial = store.parties.key_serial(store.db.reading, self.ours["party"])
        assert serial is not None
        context = f"party:{self.ours['party']}"
        blob = store.vault.seal(serial, CALLER.encode(), context=context)
        return Sealed(blob, serial=serial, context=context, label=PHONE_SEALED, read=bytes.decode)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    office = opened(tmp_path_factory.mktemp("attempts") / "data")
    yield Scene(office)
    office.store.store.close()


@pytest.fixture(scope="module")
def client(scene: Scene) -> Iterator[TestClient[Any]]:
    with TestClient(build(scene.office), raise_server_exceptions=False) as client:
        yield client


def tells_nothing(text: str) -> None:
    for canary in CANARIES:
        assert canary not in text


# --- over HTTP ------------------------------------------------------------------------------------

Web = tuple[str, str, Callable[[Scene], str | None], Any]


def nobody(_scene: Scene) -> None:
    return None


def owner(scene: Scene) -> str:
    return f"{scene.office.account.id}:{scene.office.directory.auth_token}"


def biller(scene: Scene) -> str:
    return f"{scene.key.sid}:{scene.key.secret}"


def staff(scene: Scene) -> str:
    return f"{scene.ticket.sid}:{scene.ticket.secret}"


def developer(scene: Scene) -> str:
    return f"{scene.developer.sid}:{scene.developer.secret}"


OURS, THEIRS = "{ours[call]}", "{theirs[call]}"
VOICE, THEIR_VOICE = "{ours[recording]}", "{theirs[recording]}"
WEB: dict[str, Web] = {
    # raw SQL through the API
    "SQL in a call's SID": ("GET", "/v1/calls/CA' OR '1'='1", owner, None),
    "SQL in a union": (
        "GET", "/v1/calls/x' UNION SELECT address FROM parties--", owner, None),
    "SQL in the page": ("GET", "/v1/calls?before=CA' OR 1=1--", owner, None),
    "SQL in the state": ("GET", "/v1/calls?status=ended' OR '1'='1", owner, None),
    "SQL in the limit": ("GET", "/v1/calls?limit=1;DROP TABLE parties", owner, None),
    "SQL in a filter": ("GET", "/v1/recordings?call=CA'--", owner, None),
    "SQL in a number": (
        "POST", "/v1/privacy/consents/find", owner, {"number": "' OR lookup IS NOT NULL--"}),
    "SQL in a hold": ("POST", "/v1/privacy/holds", owner, {"record": "CA' OR '1'='1"}),
    "SQL in a user name": ("GET", "/v1/calls", lambda _: "' OR 1=1--:x", None),
    # tricks with paths
    "up and out of recordings": (
        "GET", "/v1/recordings/../../../../etc/passwd.wav", owner, None),
    "up, encoded": (
        "GET", "/v1/recordings/%2e%2e%2f%2e%2e%2fkeys%2fkeystore.db.wav", owner, None),
    "up, encoded twice": ("GET", "/v1/recordings/%252e%252e%252fringfence.db.wav", owner, None),
    "a NUL in the name": ("GET", f"/v1/recordings/{VOICE}%00.wav", owner, None),
    "the sealed file itself": ("GET", f"/v1/recordings/{VOICE}-0.rfr", owner, None),
    "a file of the folder": ("GET", "/ringfence.db", owner, None),
    "the key store": ("GET", "/keys/keystore.db", owner, None),
    "two slashes": ("GET", "//v1/calls", nobody, None),
    "a dot in the way": ("GET", "/health/../v1/calls", nobody, None),
    # who is nobody
    "no credentials": ("GET", "/v1/calls", nobody, None),
    "no credentials for a recording": ("GET", f"/v1/recordings/{VOICE}/audio", nobody, None),
    "no credentials for a consent": (
        "POST", "/v1/privacy/consents/find", nobody, {"number": CALLER}),
    "a wrong token": ("GET", "/v1/calls", lambda s: f"{s.office.account.id}:wrong", None),
    "an empty token": ("GET", "/v1/calls", lambda s: f"{s.office.account.id}:", None),
    "the token of another account": (
        "GET", "/v1/calls", lambda s: f"{s.office.account.id}:other", None),
    "another account with its own token": (
        "GET", "/v1/calls", lambda s: f"{s.other_account}:other", None),
    "a link that was used": ("GET", "/admin/{used_link}", nobody, None),
    "a link that was guessed": ("GET", "/admin/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", nobody, None),
    # keys
    "a key without its secret": ("GET", "/v1/calls", lambda s: f"{s.key.sid}:", None),
    "a key with another's secret": (
        "GET", "/v1/calls", lambda s: f"{s.key.sid}:{s.developer.secret}", None),
    "a key that was revoked": (
        "GET", "/v1/calls", lambda s: f"{s.ended_key.sid}:{s.ended_key.secret}", None),
    "a key that never was": ("GET", "/v1/calls", lambda _: "SK" + "0" * 32 + ":x", None),
    "a key for bills on a recording": ("GET", f"/v1/recordings/{VOICE}/audio", biller, None),
    "a key for bills on consents": (
        "POST", "/v1/privacy/consents/find", biller, {"number": CALLER}),
    "a key for bills on rulings": ("GET", f"/v1/privacy/recording/{OURS}", biller, None),
    "a key for bills that erases": (
        "POST", "/v1/privacy/erasures", biller, {"address": CALLER}),
    "a key for bills that lifts a hold": (
        "POST", "/v1/privacy/holds/lift", biller, {"record": OURS, "reason": "dispute"}),
    "a developer's key on a recording": ("GET", f"/v1/recordings/{VOICE}/audio", developer, None),
    "a developer's key on calls": ("GET", "/v1/calls", developer, None),
    # staff
    "staff on a recording": ("GET", f"/v1/recordings/{VOICE}/audio", staff, None),
    "staff on consents": ("POST", "/v1/privacy/consents/find", staff, {"number": CALLER}),
    "staff on holds": ("GET", "/v1/privacy/holds", staff, None),
    "staff that erase": ("POST", "/v1/privacy/erasures", staff, {"address": CALLER}),
    "a ticket that was closed": (
        "GET", "/v1/calls", lambda s: f"{s.closed.sid}:{s.closed.secret}", None),
    "a ticket that ran out": ("GET", "/v1/calls", lambda s: f"{s.expired}:spent", None),
    "a ticket for keys": (
        "POST", "/v1/keys", staff, {"name": "x", "purposes": ["billing"]}),
    "a key for bills that makes keys": (
        "POST", "/v1/keys", biller, {"name": "x", "purposes": ["seal"]}),
    "a ticket with another's secret": (
        "GET", "/v1/calls", lambda s: f"{s.ticket.sid}:{s.closed.secret}", None),
    # the ids of another account
    "another's call": ("GET", f"/v1/calls/{THEIRS}", owner, None),
    "another's timeline": ("GET", f"/v1/calls/{THEIRS}/timeline", owner, None),
    "another's recording": ("GET", f"/v1/recordings/{THEIR_VOICE}.wav", owner, None),
    "another's rulings": ("GET", f"/v1/privacy/recording/{THEIRS}", owner, None),
    # fields nobody offered
    "an actor in the body": (
        "POST", "/v1/privacy/consents/find", biller, {"number": CALLER, "actor": "operator"}),
    "an account in the body": ("POST", "/v1/calls", owner, {"to": "x", "account": "AC1"}),
    "a list for a number": ("POST", "/v1/privacy/consents/find", owner, {"number": [CALLER]}),
    # other ways in
    "a read that is an erasure": ("POST", "/v1/privacy/erasures", biller, {"address": CALLER}),
    "an erasure that is a read": ("GET", "/v1/privacy/erasures", biller, None),
    "another account in a header": ("GET", "/v1/calls", owner, None),
    "two accounts in a header": ("GET", "/v1/calls", owner, None),
    "another account in the query": ("GET", "/v1/calls?account={other}", owner, None),
    "events of another account": ("GET", "/v1/events", owner, None),
    "a key shown as an access token": ("GET", "/v1/calls", nobody, None),
    "a page mark that was made up": ("GET", "/v1/calls?cursor=AAAAAAAAAAAA", owner, None),
    "a key for bills on messages, Twilio's way": (
        "GET", "/2010-04-01/Accounts/{account}/Messages.json", biller, None),
    "a key for bills on a recording, Twilio's way": (
        "GET", f"/2010-04-01/Accounts/{{account}}/Recordings/{VOICE}.wav", biller, None),
    "another's call, Twilio's way": (
        "GET", f"/2010-04-01/Accounts/{{account}}/Calls/{THEIRS}.json", owner, None),
    "another account, Twilio's way": (
        "GET", "/2010-04-01/Accounts/{other}/Calls.json", owner, None),
    "the exchanges of another's call": ("GET", f"/v1/notifications/{THEIRS}", owner, None),
    "a developer's key on exchanges to replay": (
        "POST", "/v1/notifications/replay", developer, {"sids": ["NO" + "0" * 32]}),
}  # fmt: skip
HEADERS: dict[str, dict[str, str]] = {
    "a read that is an erasure": {"X-HTTP-Method-Override": "GET"},
    "an erasure that is a read": {"X-HTTP-Method-Override": "POST"},
    "another account in a header": {"Ringfence-Account": "{other}"},
    "two accounts in a header": {"Ringfence-Account": "{account}, {other}"},
    "events of another account": {"Ringfence-Account": "{other}", "Last-Event-ID": "1"},
    "a key shown as an access token": {"Authorization": "Bearer {key}"},
}
"""What some of them send besides."""


@pytest.mark.promise("SEC-01")
@pytest.mark.promise("TEL-11")
@pytest.mark.parametrize("name", WEB)
def test_an_attempt_over_http_is_refused(scene: Scene, client: TestClient[Any], name: str) -> None:
    method, path, who, body = WEB[name]
    names = {
        "ours": scene.ours, "theirs": scene.theirs, "used_link": scene.used_link,
        "account": scene.office.account.id, "other": scene.other_account, "key": biller(scene),
    }  # fmt: skip
    wanted = path.format(**names)
    sent = None if body is None else json.loads(json.dumps(body).replace(OURS, scene.ours["call"]))
    credentials = who(scene)
    headers = {key: text.format(**names) for key, text in HEADERS.get(name, {}).items()}
    if credentials is not None:
        headers["Authorization"] = "Basic " + base64.b64encode(credentials.encode()).decode()
    answer = client.request(method, wanted, headers=headers, json=sent, follow_redirects=False)
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text)
    tells_nothing(answer.text)
    assert "sqlite" not in answer.text.lower()
    assert "Traceback" not in answer.text


@pytest.mark.promise("TEL-11")
def test_a_key_for_bills_is_told_that_it_was_not_made_for_content(
    scene: Scene, client: TestClient[Any]
) -> None:
    headers = {"Authorization": "Basic " + base64.b64encode(biller(scene).encode()).decode()}
    answer = client.get(f"/v1/recordings/{scene.ours['recording']}/audio", headers=headers)
    assert (answer.status_code, answer.json()["clause"]) == (403, "TEL-11")
    # and is good for what it was made for, without anybody's number
    calls = client.get("/v1/calls", headers=headers)
    assert calls.status_code == 200
    assert calls.json()["items"]
    tells_nothing(calls.text)


@pytest.mark.promise("PUR-04")
@pytest.mark.promise("CLS-05")
def test_staff_see_how_a_call_went_and_not_with_whom(scene: Scene, client: TestClient[Any]) -> None:
    headers = {"Authorization": "Basic " + base64.b64encode(staff(scene).encode()).decode()}
    for path in ("/v1/calls", f"/v1/calls/{scene.ours['call']}"):
        before = scene.office.store.store.trail.size
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200
        tells_nothing(answer.text)
        # every look of theirs is a leaf
        scene.office.store.db.submit(lambda _: None).result(5)
        assert scene.office.store.store.trail.size > before


def test_the_owner_sees_their_own_calls_and_nobody_elses(
    scene: Scene, client: TestClient[Any]
) -> None:
    headers = {"Authorization": "Basic " + base64.b64encode(owner(scene).encode()).decode()}
    answer = client.get("/v1/calls", headers=headers)
    assert CALLER in answer.text
    assert STRANGER not in answer.text


# --- past the edge --------------------------------------------------------------------------------

ASKS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "an actor that no edge says": ("system", "call.list", {}),
    "the exchange as an actor": ("admin:system", "call.list", {}),
    "staff without a ticket": ("admin:staff", "call.list", {}),
    "a NUL behind a good actor": ("operator\0", "call.list", {}),
    "a key by its id alone": ("key:SK" + "0" * 32, "call.list", {}),
    "a ticket by its id alone": ("staff:TT" + "0" * 32, "call.list", {}),
    "an auditor who listens": ("admin:auditor", "privacy.consent.give",
                               {"number": CALLER, "purpose": "record_call"}),
    "an agent who sets up": ("admin:agent", "trunk.list", {}),
    "a manager who adds phones": ("admin:manager", "phone.list", {}),
    "a privacy officer who places calls": ("admin:privacy_officer", "call.place", {"to": "x"}),
    "an admin who erases": ("admin:admin", "privacy.erase.plan", {"address": CALLER}),
    "an admin who makes keys": ("admin:admin", "key.add", {"name": "x", "purposes": ["seal"]}),
    "a manager who makes keys": ("admin:manager", "key.list", {}),
    "an officer who opens tickets": ("admin:privacy_officer", "privacy.ticket.list", {}),
    "the public": ("public", "call.list", {}),
    "an argument nobody offered": ("operator", "call.list", {"account": "AC1"}),
    "another office as an argument": ("operator", "call.list", {"office": None}),
    "a dunder": ("operator", "__class__", {}),
    "a stream as a result": ("operator", "recording.export", {"sid": "x"}),
    "a spent session": ("public", "session.check", {"session": "{session}"}),
}  # fmt: skip


@pytest.mark.promise("SEC-01")
@pytest.mark.parametrize("name", ASKS)
def test_an_attempt_at_the_office_is_refused(scene: Scene, name: str) -> None:
    actor, use_case, args = ASKS[name]
    given = {
        key: value.format(session=scene.session) if isinstance(value, str) else value
        for key, value in args.items()
    }
    with pytest.raises(Refused) as refused:
        asyncio.run(scene.office.run(use_case, given, actor=actor))
    tells_nothing(str(refused.value))


def test_streams_are_gated_too(scene: Scene) -> None:
    async def first(actor: str, sid: str) -> object:
        return await anext(scene.office.follow("recording.export", {"sid": sid}, actor=actor))

    for actor, sid, code in (
        ("admin:auditor", scene.ours["recording"], "not_allowed"),
        (f"staff:{scene.ticket.sid}", scene.ours["recording"], "not_allowed"),
        (f"key:{scene.key.sid}", scene.ours["recording"], "purpose_not_declared"),
        ("public", scene.ours["recording"], "not_authorized"),
        ("operator", scene.theirs["recording"], "not_found"),
    ):
        with pytest.raises(Refused, match=code):
            asyncio.run(first(actor, sid))


# --- inside the program ---------------------------------------------------------------------------

Attempt = Callable[[Scene], object]


def address(scene: Scene) -> str:
    store = scene.office.store.store
    return store.parties.address(store.db.reading, scene.ours["party"])


def acting(role: str, attempt: Attempt, *, declared: str = "call_record") -> Attempt:
    def work(scene: Scene) -> object:
        with purposes.acting(role, actor=role, declared=frozenset({declared})), purpose(declared):
            return attempt(scene)

    return work


def under(key: str, attempt: Attempt) -> Attempt:
    def work(scene: Scene) -> object:
        with purpose(key):
            return attempt(scene)

    return work


def widen(_scene: Scene) -> object:
    with (
        purposes.acting("admin", actor="key:SK1", declared=frozenset({"billing"})),
        purpose("deliver_content"),
    ):
        return "opened"


def record_key(scene: Scene) -> object:
    rooms = scene.ours["rooms"]
    return rooms.recordings.channels(scene.office.store.db.reading, scene.ours["recording"])


def elsewhere(scene: Scene) -> object:
    """A number moved into the place of another."""
    sealed = scene.sealed_number()
    sealed.context = "party:PA" + "0" * 32
    return sealed.open(scene.office.store.store.vault, lambda *_: None)


def vault_open(scene: Scene) -> object:
    sealed = scene.sealed_number()
    vault = scene.office.store.store.vault
    return vault.open(sealed.serial, sealed._blob, context=sealed.context)


def another_label(scene: Scene) -> object:
    """The number as if it were content."""
    sealed = scene.sealed_number()
    return scene.office.store.store.openings.text(
        sealed._blob, serial=sealed.serial, context=sealed.context, label=CONTENT_SEALED
    )


def left_alone(scene: Scene) -> object:
    store = scene.office.store.store
    return store.parties.address(store.db.reading, scene.left_alone)  # type: ignore[arg-type]


def open_bare(scene: Scene) -> object:
    return scene.sealed_number().open(scene.office.store.store.vault, lambda *_: None)


def add_a_purpose(_scene: Scene) -> object:
    purposes.PURPOSES["curiosity"] = purposes.PURPOSES["operate"]  # type: ignore[index]
    return "added"


INSIDE: dict[str, Attempt] = {
    "the vault without a purpose": vault_open,
    "a sealed number without a purpose": open_bare,
    "a number without a purpose": address,
    "a number to run the exchange": under("operate", address),
    "a number to fight abuse": under("prevent_abuse", address),
    "a number as content": under("call_record", another_label),
    "a purpose nobody registered": under("curiosity", address),
    "a purpose added while it runs": add_a_purpose,
    "a purpose the key was not made for": widen,
    "a recording for the call log": under("call_record", record_key),
    "a recording for a bill": under("billing", record_key),
    "a recording by an auditor": acting("auditor", record_key, declared="deliver_content"),
    "a recording by staff": acting("staff", record_key, declared="deliver_content"),
    "a number by staff": acting("staff", address),
    "a number by an auditor": acting("auditor", address),
    "a number by a developer": acting("developer", address),
    "a number by an unknown role": acting("root", address),
    "a number in another's place": under("call_record", elsewhere),
    "a restricted person's number": under("call_record", left_alone),
    "a restricted person's number, by the owner": acting("owner", left_alone),
    "a sealed value pickled": lambda scene: pickle.dumps(scene.sealed_number()),
    "a sealed value copied": lambda scene: copy.copy(scene.sealed_number()),
    "a sealed value copied deeply": lambda scene: copy.deepcopy(scene.sealed_number()),
    "an erasure of what is held": lambda _: decide(
        "owner", purpose="erase", category="user.telephony.call.id",
        circumstances=Circumstances(held=True)).enforce(),
    "a recording of who refused": lambda _: decide(
        "system", purpose="record_call", category="user.content.private",
        circumstances=Circumstances("refused")).enforce(),
}  # fmt: skip


@pytest.mark.promise("PUR-02")
@pytest.mark.parametrize("name", INSIDE)
def test_an_attempt_inside_the_program_is_refused(scene: Scene, name: str) -> None:
    with pytest.raises((Refused, LocalError, TypeError)) as refused:
        INSIDE[name](scene)
    tells_nothing(repr(refused.value))


def test_a_sealed_value_shows_nothing_however_it_is_written(scene: Scene) -> None:
    sealed = scene.sealed_number()
    for text in (
        repr(sealed),
        str(sealed),
        f"{sealed}",
        f"{sealed!r}",
        "%s" % sealed,  # noqa: UP031
        format(sealed, ""),
        repr([sealed]),
        repr({"x": sealed}),
    ):
        tells_nothing(text)
    with purpose("call_record"):
        assert sealed.open(scene.office.store.store.vault, lambda *_: None) == CALLER


def test_there_are_more_than_fifty_attempts() -> None:
    assert len(WEB) + len(ASKS) + len(INSIDE) >= 110


def test_after_all_of_it_the_tables_are_whole(scene: Scene) -> None:
    listed = asyncio.run(scene.office.run("call.list", {}, actor="operator"))
    assert [call.caller for call in listed.calls] == [CALLER]
