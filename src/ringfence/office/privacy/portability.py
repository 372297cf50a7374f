"""Sending a person's data to whom they name, and later changes to everybody who received some.

A recipient is verified before anything leaves: it is asked with a challenge whether it expects
data, and must give the challenge back. Then one bundle is posted, signed with this installation's
key for the purpose (Ed25519 over the bytes of the body)::

    Ringfence-Signature: key=<hex of the public key>; signature=<base64>
    {"format": "ringfence/1", "made_at": ..., "tables": {...}, "provenance": {...}}

Voice is not in the bundle: recordings come with an archive. Nor is what another provider has no
business with: what the person asked or complained of here, and who received something (`PORTABLE`).
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from ringfence.api import case_views
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.ids import PartyId
from ringfence.kernel.limits import PUSH_BYTES_MAX
from ringfence.office.privacy import access_archive, case_desk, case_mail, remedies
from ringfence.office.table import EVERYBODY, TABLE
from ringfence.privacy.purposes import PURPOSES, exchange_itself, purpose
from ringfence.storage.cases import Case
from ringfence.storage.cases_disclosures import Recipient
from ringfence.storage.cases_subject import PATHS, is_data
from ringfence.storage.schema import label_of_column
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

SIGNATURE = "Ringfence-Signature"
FORMAT = "ringfence/1"
_JSON = "application/json"
_KEY = "portability"


_GROUNDS = frozenset({"contract", "consent"})


def _portable() -> frozenset[str]:
    found = {"amendments"}  # what is right goes along with what was wrong
    for name, path in PATHS.items():
        labels = [label for col in path.table.columns if (label := label_of_column(col))]
        grounds = {PURPOSES[key].basis for label in labels if is_data(label)
                   for key in label.purposes}  # fmt: skip
        if grounds & _GROUNDS:
            found.add(name)
    return frozenset(found - {"jobs", "restrictions"})


PORTABLE = _portable()
"""Tables that are used because of a contract or a consent: GDPR 20(1)(a) speaks of those alone.

What waits to be done here, and what is restricted here, is nobody else's matter."""


class Post(Protocol):
    """Posts a document and returns the status and the answer; raises `OSError` without one."""

    def __call__(
        self, url: str, body: bytes, media_type: str, headers: Mapping[str, str], /
    ) -> Awaitable[tuple[int, bytes]]: ...


async def nowhere(
    _url: str, _body: bytes, _media_type: str, _headers: Mapping[str, str], /
) -> tuple[int, bytes]:
    """A `Post` where there is no web: nobody answers."""
    raise OSError


@TABLE.use_case(
    "privacy.signing_key", actors=EVERYBODY, none="a public key, with which bundles are verified"
)
async def signing_key(office: Office) -> case_views.SigningKey:
    """The public key that bundles and notices to recipients are signed with."""
    public = _private(office).public_key().public_bytes_raw()
    return case_views.SigningKey(
        values=case_views.PublicKey(algorithm="Ed25519", public=public.hex())
    )


async def push(office: Office, post: Post, sid: str, now: Ms) -> None:
    """Verify the recipient of a case and send the bundle. A job: tried until it is taken.

    Raises `Refused` (``recipient_unverified``) where the recipient does not expect it and
    `RemoteError` where it does not answer.
    """
    case = case_desk.find(office, sid, "request")
    if case.party is None or case.kind != "portability" or case.state not in {"open", "extended"}:
        return
    try:
        url = remedies.check_recipient(office, case_desk.own_words(office, case))
        _check_reliable(office, case.party, url)
        await _verify(office, post, url)
        body = await _bundle(office, case, now)
    except Refused as refused:
        await _not_sent(office, case, refused)
        raise
    await _deliver(office, post, url, body)
    party = case.party

    def unit(tx: Transaction) -> None:
        office.store.rooms.disclosures.add(
            tx, party=party, case=case.id, kind="provider",
            recipient=Recipient(name=urlsplit(url).hostname or "", url=url),
            fields=sorted(PORTABLE), basis="GDPR 20", now=now,
        )  # fmt: skip

    await office.write(unit)
    with exchange_itself():
        await remedies.answered(office, case, sent=len(body))


async def _not_sent(office: Office, case: Case, refused: Refused) -> None:
    """Nothing left: whoever handles the case hears of it, and the person in their letter."""
    pushes = int(case.facts.get("pushes", 0)) + 1
    facts = {"not_sent": refused.code, "pushes": pushes}
    with exchange_itself():
        after = await case_desk.take(
            office, case, "work", facts=facts, known={**case.facts, **facts},
            words=f"Nothing was sent: {refused.reason}.",
        )  # fmt: skip
        what = f"What the request {case.id} asks for was not sent: {refused.reason}."
        await case_mail.to_officers(office, after, what, reason=f"not sent {pushes}")
        await remedies.news(office, after, reason=f"not sent {pushes}")


def _check_reliable(office: Office, party: PartyId, url: str) -> None:
    """Raise `Refused` where this recipient never confirmed an earlier change about the person."""
    register = office.store.rooms.disclosures
    with exchange_itself(), purpose(case_desk.RIGHTS):
        for found in office.read(lambda queries: register.of_party(queries, party)):
            waited = found.told_at is not None and (found.taken_at or 0) < found.told_at
            if waited and register.recipient(found).url == url:
                raise Refused("recipient_silent", "this recipient has not confirmed a change yet",
                              clause="CON-05")  # fmt: skip


async def tell(office: Office, post: Post, disclosure: str, now: Ms) -> None:
    """Tell a recipient what changed about somebody whose data it received (GDPR 19). A job."""
    register = office.store.rooms.disclosures
    found = office.read(lambda queries: register.get(queries, disclosure))
    with exchange_itself(), purpose(case_desk.RIGHTS):
        recipient = register.recipient(found)
        address = office.read(lambda q: office.store.parties.address(q, found.party))
        stop = office.read(
            lambda q: office.store.rooms.consents.suppressed(q, address, "marketing")
        )
        changes = [
            {"what": a.what, "record": a.record, "value": register.value(a), "at": a.at}
            for a in office.read(lambda queries: register.amendments(queries, found.party))
        ]
    if not recipient.url:
        return  # an authority: it was told on paper, and nobody sends it more than it asked for
    body = _json({"format": FORMAT, "change": "update", "disclosure": found.id,
                  "disclosed_at": found.at, "corrections": changes,
                  "no_marketing": stop})  # fmt: skip
    await _deliver(office, post, recipient.url, body)
    await office.write(lambda tx: register.taken(tx, found.id, now=now))


async def tell_erased(office: Office, post: Post, url: str, disclosure: str) -> None:
    """Tell a recipient that a person was erased here. A job: tried until it is taken."""
    body = _json({"format": FORMAT, "change": "erasure", "disclosure": disclosure})
    await _deliver(office, post, url, body)
    now = office.clock.now()
    await office.write(lambda tx: office.store.rooms.disclosures.taken(tx, disclosure, now=now))


def verify(body: bytes, header: str, public: bytes) -> bool:
    """Whether ``body`` was signed by the key ``public``; for recipients and tests."""
    parts = dict(p.strip().partition("=")[::2] for p in header.split(";"))
    try:
        signature = base64.b64decode(parts.get("signature", ""), validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, body)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is not signed
        return False
    return parts.get("key") == public.hex()


async def _verify(office: Office, post: Post, url: str) -> None:
    challenge = case_desk.new_secret(office)
    body = _json({"format": FORMAT, "challenge": challenge})
    try:
        status, answer = await post(url, body, _JSON, _signed(office, body))
    except OSError:
        raise RemoteError("the recipient does not answer", hint=502) from None
    if status >= 500:
        raise RemoteError("the recipient does not answer", hint=status)
    try:
        echoed = msgspec.json.decode(answer, type=dict[str, Any]).get("challenge")
    except msgspec.MsgspecError:
        echoed = None
    if not 200 <= status < 300 or echoed != challenge:
        raise Refused("recipient_unverified", "the recipient does not expect this data",
                      clause="DSR-06")  # fmt: skip


async def _bundle(office: Office, case: Case, now: Ms) -> bytes:
    archives = office.store.rooms.archives
    party = case.party
    assert party is not None

    def work() -> bytes:
        content = access_archive.collect(office, archives.reader(), party)
        return _json(
            {
                "format": FORMAT,
                "made_at": now,
                "tables": {n: rows for n, rows in content.tables.items() if n in PORTABLE},
                "provenance": {
                    n: told for n, told in access_archive.provenance().items() if n in PORTABLE
                },
            }
        )

    async with archives.alone:
        with exchange_itself(), purpose(case_desk.RIGHTS, actor="caller"):
            body = await asyncio.to_thread(work)
    if len(body) > PUSH_BYTES_MAX:
        raise Refused("archive_too_large", "too much for one request; ask for an archive instead")
    return body


async def _deliver(office: Office, post: Post, url: str, body: bytes) -> None:
    try:
        status, _ = await post(url, body, _JSON, _signed(office, body))
    except OSError:
        raise RemoteError("the recipient does not answer", hint=502) from None
    if not 200 <= status < 300:
        raise RemoteError("the recipient did not take it", hint=status)


def _signed(office: Office, body: bytes) -> dict[str, str]:
    key = _private(office)
    signature = base64.b64encode(key.sign(body)).decode()
    return {SIGNATURE: f"key={key.public_key().public_bytes_raw().hex()}; signature={signature}"}


def _private(office: Office) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(office.store.store.secret(_KEY))


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)
