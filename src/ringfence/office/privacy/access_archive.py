"""The archive of one person: every store, their own voice, who received and who looked.

Compiled from the schema's labels (`ringfence.storage.cases_subject`). What is about somebody else
too is told without them: ids of other people become ``person-1``, ``person-2``, their numbers are
masked, and only the channels on which the person is heard are in it. Everything is opened for
``answer_rights`` (or, narrowed to what was asked, for ``answer_demand``), piece by piece; the zip
is sealed while it is written, so nothing of it ever rests in clear.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import zipfile
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from itertools import chain
from mimetypes import guess_extension
from typing import IO, TYPE_CHECKING, Any, cast, get_args

import msgspec

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.ids import MediaId, PartyId, RecordingId
from ringfence.kernel.phone import Phone
from ringfence.media import wav
from ringfence.media.engine.sealing import read_channel
from ringfence.office.privacy.handed_on import handed_on
from ringfence.privacy.checkpoint import Checkpoint
from ringfence.privacy.labels import Label
from ringfence.privacy.purposes import PURPOSES
from ringfence.privacy.retention import RULES
from ringfence.storage.cases_disclosures import Disclosure
from ringfence.storage.cases_subject import (
    PATHS,
    PEOPLE,
    SEALS,
    Path,
    Seal,
    is_data,
    looked_at,
    proofs,
    rows,
    unproven,
)
from ringfence.storage.consents import Suppression
from ringfence.storage.schema import label_of_column, parties
from ringfence.storage.statement import Row
from ringfence.storage.unit_of_work import Queries

if TYPE_CHECKING:
    from ringfence.office import Office

KINDS: Mapping[str, frozenset[str]] = {
    "identity": frozenset({"parties"}),
    "calls": frozenset({"calls", "call_parties", "events"}),
    "voice": frozenset({"recordings", "recording_channels"}),
}
"""What an authority may be given, and from which tables; nothing else leaves by a demand."""

WHEN: Mapping[str, str] = {
    "calls": "offered_at",
    "recordings": "requested_at",
}
"""The instant by which a row of these tables is in or out of a span of time; rows of other tables
go with the call or recording they belong to."""

_SERIAL = [col.name for col in parties.columns].index("key_serial")
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![0-9]+$)")
_PARTY = re.compile(r"PA[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What an archive is narrowed to: ``tables`` None for all of them."""

    tables: frozenset[str] | None = None
    since: int = 0
    until: int | None = None

    def takes(self, table: str) -> bool:
        """Whether rows of a table are in it."""
        return self.tables is None or table in self.tables

    def holds(self, at: int) -> bool:
        """Whether an instant is in it."""
        return self.since <= at and (self.until is None or at < self.until)


WHOLE = Window()

MANIFEST = "archive"
"""The first line of a manifest: what its signature is for."""


@dataclass(slots=True)
class Content:
    """What an archive holds before it is packed."""

    party: PartyId
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    recipients: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    lists: dict[str, bool] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    serial: int | None = None
    """Of the person's key: what another key of their calls seals is somebody else's."""
    called: str = "you"

    def pseudonym(self, party: str) -> str:
        """Return how somebody is called in this archive: ``you`` or ``person-1``."""
        if party == self.party:
            return self.called
        return self.others.setdefault(party, f"person-{len(self.others) + 1}")

    def without_others(self, text: str) -> str:
        """Return a text of ours with ids of people replaced."""
        return _PARTY.sub(lambda match: self.pseudonym(match.group()), text)


def collect(office: Office, queries: Queries, party: PartyId, window: Window = WHOLE) -> Content:
    """Read everything about a person. Blocking; under purpose answer_rights or answer_demand."""
    content = Content(party, called="you" if window is WHOLE else "subject")
    (own,) = rows(queries, PATHS["parties"], party) or [()]
    content.serial = own[_SERIAL] if own else None
    contact = _contact(office, queries, party)
    inside: set[str] = set()
    for name in sorted(PATHS, key=_turn):
        path = PATHS[name]
        if not window.takes(name):
            continue
        boxes = _mailboxes(office, content) if path.kind == "lookup" else ()
        theirs = rows(queries, path, party, boxes)
        if window is WHOLE and contact is not None:
            theirs += unproven(queries, name, contact)
        found = [_told(office, content, path, row) for row in theirs]
        when = WHEN.get(name)
        if when is not None:
            found = [row for row in found if window.holds(row[when])]
            inside.update(str(row.get("call_id") or row.get("id")) for row in found)
            inside.update(str(row["id"]) for row in found)
        elif window is not WHOLE:
            found = [row for row in found if _of(row, inside, name)]
        content.tables[name] = [row for row in found if not _is_hidden(row, office.clock.now())]
    if window is WHOLE:
        content.recipients = recipients(office, queries, party) + handed_on(
            content.tables,
            {one.id: f"{one.name} ({one.host})" for one in office.directory.trunks.values()},
        )
        content.history = history(office, queries, content)
        content.lists = _lists(office, queries, content)
    _name_the_others(office, queries, content)
    return content


def _contact(office: Office, queries: Queries, party: PartyId) -> bytes | None:
    """Return the keyed hash by which cases know the address of a person, None where it is gone."""
    try:
        address = office.store.parties.address(queries, party)
    except Refused:
        return None
    return office.store.rooms.cases.contact(address) if address else None


def _turn(name: str) -> int:
    """What others are told apart by comes first, what needs the person's mailboxes last."""
    return 0 if name in WHEN else 2 if PATHS[name].kind == "lookup" else 1


def _mailboxes(office: Office, content: Content) -> list[bytes]:
    """Return the keyed hashes of the mailboxes a person is known by."""
    known = [row.get("address") for row in content.tables.get("parties", ())]
    known += [
        row.get("value") for row in content.tables.get("amendments", ()) if row["what"] == "email"
    ]
    boxes = {
        text.removeprefix("mailto:") for text in known if isinstance(text, str) and "@" in text
    }
    return [
        office.store.rooms.messages.lookup(box)
        for box in sorted(boxes)
        if not box.startswith(("sip:", "sips:"))
    ]


def _is_hidden(row: Mapping[str, Any], now: Ms) -> bool:
    """Whether a row speaks of a demand the person must not be told of yet."""
    return (row.get("hidden_until") or 0) > now


def _of(row: Mapping[str, Any], inside: set[str], name: str) -> bool:
    """Whether a row without an instant belongs to one that is in the span of time."""
    if name == "parties":
        return True
    return str(row.get("call_id") or row.get("recording_id")) in inside


def _told(office: Office, content: Content, path: Path, row: Row) -> dict[str, Any]:
    raw = {str(col.name): value for col, value in zip(path.table.columns, row, strict=True)}
    told: dict[str, Any] = {}
    for col in path.table.columns:
        label = label_of_column(col)
        value = raw[col.name]
        if label is None or not is_data(label):
            continue
        if label.storage == "sealed":
            seal = SEALS.get(f"{path.table.name}.{col.name}")
            if value is None or seal is None or label.subject not in PEOPLE:
                continue
            if path.kind in {"party", "case"} or raw[seal.serial] == content.serial:
                told[str(col.name)] = _opened(office, seal, value, label, raw)
        elif isinstance(value, str):
            told[str(col.name)] = content.without_others(value)
        else:
            told[str(col.name)] = value
    return told


def _opened(office: Office, seal: Seal, value: bytes, label: Label, raw: Mapping[str, Any]) -> Any:
    if raw[seal.serial] is None or not value:  # redacted: nothing is left to be opened
        return None
    named = {name: v.hex() if isinstance(v, bytes) else v for name, v in raw.items()}
    try:
        plain = office.store.store.openings.open(
            value,
            serial=raw[seal.serial],
            context=seal.context.format_map(named),
            label=label,
            read=bytes,
        )
    except Refused as refused:
        if refused.code == "erased":
            return None
        raise
    return _readable(plain)


def _readable(plain: bytes) -> Any:
    """Return JSON and text as they are; what programs wrote for each other as its values."""
    for read in (
        lambda: msgspec.json.decode(plain),
        plain.decode,
        lambda: _values(msgspec.msgpack.decode(plain)),
    ):
        try:
            return cast("Callable[[], Any]", read)()
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
    return base64.b64encode(plain).decode()


def _values(value: Any) -> Any:
    """Return what JSON can say: bytes as text, or in base64."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    if isinstance(value, list):
        return [_values(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _values(item) for key, item in value.items()}
    return value


def _name_the_others(office: Office, queries: Queries, content: Content) -> None:
    """Add the masked number of whoever else took part in a call: enough to recognise it."""
    if not content.others or "calls" not in content.tables:
        return
    names = {word: _masked(office, queries, PartyId(p)) for p, word in content.others.items()}
    for row in content.tables["calls"]:
        for column in ("caller_id", "called_id"):
            if row.get(column) in names:
                row[column.replace("_id", "_shown")] = names[row[column]]


def _masked(office: Office, queries: Queries, party: PartyId) -> str:
    try:
        address = office.store.parties.address(queries, party)
    except Refused:
        return "withheld"
    if address in office.numbers:
        return address  # a number of this installation: the person dialled it
    if address.startswith("+"):
        return Phone(address).masked
    return "a telephone of this exchange" if address else "withheld"


def _lists(office: Office, queries: Queries, content: Content) -> dict[str, bool]:
    """Whether the person asked not to be called or written to: kept as hashes under other names."""
    consents = office.store.rooms.consents
    address = next((row.get("address") for row in content.tables.get("parties", ())), None)
    if not isinstance(address, str) or not address:
        return {}
    return {kind: consents.suppressed(queries, address, kind) for kind in get_args(Suppression)}


# --- who received, who looked ---------------------------------------------------------------------


def recipients(office: Office, queries: Queries, party: PartyId) -> list[dict[str, Any]]:
    """Return who received what; a disclosure under a gag appears when the gag is over."""
    now = office.clock.now()
    register = office.store.rooms.disclosures
    found = []
    for disclosure in register.of_party(queries, party):
        if _hidden(disclosure, now):
            continue
        found.append(
            {
                "at": disclosure.at,
                "kind": disclosure.recipient_kind,
                "recipient": register.recipient(disclosure).name,
                "fields": disclosure.fields,
                "basis": disclosure.basis,
                "case": disclosure.case,
                "change_sent_at": disclosure.told_at,
                "change_taken_at": disclosure.taken_at,
            }
        )
    return found


def _hidden(disclosure: Disclosure, now: Ms) -> bool:
    return disclosure.hidden_until is not None and disclosure.hidden_until > now


def history(office: Office, queries: Queries, content: Content) -> list[dict[str, Any]]:
    """Return who opened the person's data, when and why, with the place in the audit log.

    What was opened for a demand under a gag is left out until the gag is over.
    """
    own = {str(row["id"]) for rows_ in content.tables.values() for row in rows_ if "id" in row}
    gagged = any(
        _hidden(found, office.clock.now())
        for found in office.store.rooms.disclosures.of_party(queries, content.party)
    )
    found = []
    for leaf, at, kind, body in looked_at(queries, content.party, own):
        about = msgspec.json.decode(body)
        if gagged and about.get("purpose") == "answer_demand":
            continue
        told = {key: _plain(content, value) for key, value in about.items()}
        found.append({"leaf": leaf, "at": at, "did": kind, **told})
    return found


def _plain(content: Content, value: Any) -> Any:
    return content.without_others(value) if isinstance(value, str) else value


# --- packing --------------------------------------------------------------------------------------


def provenance() -> dict[str, list[dict[str, Any]]]:
    """Return of every column in an archive: what it is, why and on what ground, for how long."""
    told: dict[str, list[dict[str, Any]]] = {}
    for name, path in PATHS.items():
        lines = told.setdefault(name, [])
        for col in path.table.columns:
            label = label_of_column(col)
            if label is None or not is_data(label):
                continue
            rule = RULES[label.retention]
            lines.append(
                {
                    "column": str(col.name),
                    "category": label.category,
                    "purposes": [PURPOSES[key].says for key in label.purposes],
                    "grounds": sorted({PURPOSES[key].basis for key in label.purposes}),
                    "source": _SOURCES.get(name, "made by the exchange while it worked"),
                    "kept_at_least_days": rule.floor_days,
                    "kept_at_most_days": rule.ceiling_days,
                    "counted_from": rule.trigger,
                }
            )
    return told


_SOURCES: Mapping[str, str] = {
    "parties": "your telephone or its network said it when you called, or somebody dialled it",
    "cases": "you wrote it, or whoever answered you",
    "case_steps": "you wrote it, or whoever answered you",
    "amendments": "you asked for it",
    "recording_channels": "you spoke",
}


def write(
    office: Office,
    queries: Queries,
    people: Sequence[PartyId],
    file: IO[bytes],
    *,
    says: str,
    window: Window = WHOLE,
    head: tuple[Checkpoint, str] | None = None,
) -> None:
    """Write the zip; several people lie in folders. Blocking; under the purpose in force.

    Somebody's own archive has them first, and then who they were before an erasure of which a
    law keeps something. ``head``: a signed head of the audit log; it proves the history.
    """
    digests: dict[str, str] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, party in enumerate(people, 1):
            content = collect(office, queries, party, window)
            folder = _folder(number, whole=window is WHOLE)
            parts = _files(office, content, queries, says)
            for name, data in chain(parts, _proofs(office, content, queries, head)):
                digests[folder + name] = hashlib.sha256(data).hexdigest()
                archive.writestr(folder + name, data)
        for name, data in _checking(office):
            digests[name] = hashlib.sha256(data).hexdigest()
            archive.writestr(name, data)
        archive.writestr("manifest.txt", _manifest(office, digests))


def _folder(number: int, *, whole: bool) -> str:
    if whole:
        return "" if number == 1 else "kept/"
    return f"subject-{number}/"


def _checking(office: Office) -> Iterator[tuple[str, bytes]]:
    """Yield the program that checks manifest and proofs anywhere, and the key it takes."""
    yield "proofs/KEY.txt", f"{office.store.store.signer().verifier_key()}\n".encode()
    yield "verify.py", files("ringfence.privacy").joinpath("audit_verifier.py").read_bytes()


def _manifest(office: Office, digests: Mapping[str, str]) -> str:
    """Return the signed note that names every other file: ``SHA-256``, two spaces, its name."""
    lines = (f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
    return office.store.store.signer().sign_text("".join((MANIFEST, "\n", *lines)))


def _files(
    office: Office, content: Content, queries: Queries, says: str
) -> Iterator[tuple[str, bytes]]:
    whole = content.called == "you"
    yield "README.txt", _readme(office, content, says, whole=whole)
    yield (
        "data.json",
        _json(
            {
                "made_at": office.clock.now(),
                "person": content.called,
                "lists": content.lists,
                "tables": content.tables,
            }
        ),
    )
    for name, lines in content.tables.items():
        if lines:
            yield f"tables/{name}.csv", _csv(lines)
    if whole:
        yield "provenance.json", _json(provenance())
        yield "recipients.json", _json(content.recipients)
        yield "access-history.json", _json(content.history)
        yield "access-history.csv", _csv(content.history)
    yield from _media(office, content, queries)
    yield from _pictures(office, content, queries)


def _proofs(
    office: Office, content: Content, queries: Queries, head: tuple[Checkpoint, str] | None
) -> Iterator[tuple[str, bytes]]:
    """Yield a proof for every line of the history."""
    if head is None:
        return
    told = {int(line["leaf"]) for line in content.history}
    signed, note = head
    told_by = proofs(
        queries, told, content.party, salt=office.store.store.salt, head=signed, note=note
    )
    for leaf, text in told_by:
        yield f"proofs/{leaf}.tlog-proof", text.encode()


def _media(office: Office, content: Content, queries: Queries) -> Iterator[tuple[str, bytes]]:
    """Yield the channels on which the person is heard, as WAV."""
    wanted = {str(row["id"]) for row in content.tables.get("recordings", ())}
    for recording in sorted({str(r["recording_id"]) for r in
                             content.tables.get("recording_channels", ())} & wanted):  # fmt: skip
        store = office.store.recordings
        for channel in store.channels(queries, RecordingId(recording), heard=content.party):
            if channel.key is None:
                continue
            try:
                sound = read_channel(str(channel.file), channel.key)
            except (RemoteError, FileNotFoundError):
                continue  # still being recorded, or its file was lost; the row says so
            pcm: array[int] = wav.from_little_endian(sound.pcm)
            yield (
                f"media/{recording}-{channel.channel}.wav",
                wav.write(pcm, wav.Format(sound.rate, 1)),
            )


def _pictures(office: Office, content: Content, queries: Queries) -> Iterator[tuple[str, bytes]]:
    """Yield the pictures of the person's messages; of one that was never fetched, the link alone.

    Its link is in the row of the message; here is what it led to.
    """
    kept = office.store.rooms.pictures
    for row in content.tables.get("text_media", ()):
        if row.get("media_type") is None:
            continue
        medium = MediaId(str(row["id"]))
        try:
            body = kept.read(kept.get(queries, medium))
        except Refused:
            continue  # its file was lost; the row says that there was one
        yield f"media/{medium}{guess_extension(str(row['media_type'])) or '.bin'}", body


def _readme(office: Office, content: Content, says: str, *, whole: bool) -> bytes:
    title = "What is held about you" if whole else "What was asked for, and no more"
    lines = [
        title,
        "=" * len(title),
        "",
        f"Made on {_day(office.clock.now())} by {office.account_name or 'this exchange'}.",
        says,
        "",
        "data.json            everything, for programs; instants are milliseconds since 1970",
        "tables/*.csv         the same, for a spreadsheet, one file for each kind of record",
        "media/RE*.wav        recordings of one voice; other people's voices are not in them",
        "media/ME*            pictures of messages from and to this person",
        *(_WHOLE_FILES if whole else ()),
        "manifest.txt         SHA-256 of every file, signed: python3 verify.py KEY manifest.txt",
        "                     says whether one was changed, taken out or put in; KEY from",
        "                     proofs/KEY.txt, or better from somebody else",
        "",
        f"Whom this is about is called “{content.called}”, others “person-1”, “person-2” and so",
        "on; of their numbers the last two digits are shown. Keys and keyed hashes are left out:",
        "they say nothing.",
        "",
        "How many records of each kind there are:",
        *(f"  {name:<22} {len(found)}" for name, found in content.tables.items()),
        "",
    ]
    return "\n".join(lines).encode()


_WHOLE_FILES = (
    "provenance.json      of every field: what it is, from where, why, how long it is kept",
    "recipients.json      who received what, when and why",
    "access-history.*     who looked at your data, when and why, with the place in the log",
    "proofs/*             that the log says so: python3 verify.py KEY proofs/*.tlog-proof",
    "kept/*               the same of the time before you were erased here, if you ever were:",
    "                     what a law made us keep of it",
)


def _csv(lines: Sequence[Mapping[str, Any]]) -> bytes:
    names = list(dict.fromkeys(name for line in lines for name in line))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    for line in lines:
        writer.writerow({name: _cell(value) for name, value in line.items()})
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    """A cell that a spreadsheet does not take for a formula; a number stays one."""
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and _FORMULA.match(value):
        return "'" + value
    return value


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1)


def _day(now: Ms) -> str:
    return datetime.fromtimestamp(now / 1000, UTC).strftime("%Y-%m-%d")
