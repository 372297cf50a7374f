"""Leaks planted on purpose: files in which a person's data lies as programs really leave it.

A search that finds nothing proves something only if it finds what is there. `planted` writes files
that each hold one value of one person, in one of `WAYS`: a row of a database, a row deleted from
it, a log inside a compressed archive, a mail, a dump of memory, a recording that nobody sealed.
None of it uses the code that searches.
"""

from __future__ import annotations

import base64
import csv
import email.message
import gzip
import hashlib
import io
import json
import pickle
import plistlib
import quopri
import struct
import tempfile
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import apsw

from ringfence.media.g711 import encode_alaw, encode_ulaw
from ringfence.media.wav import to_little_endian
from ringfence.privacy.tracers.tone import tone


@dataclass(frozen=True, slots=True)
class Leak:
    """One file: its name, what is in it, in which way it leaks and whose value it holds."""

    name: str
    data: bytes
    way: str
    subject: str


Way = Callable[[str, Random], bytes]


def planted(people: Sequence[tuple[str, str]], *, count: int, seed: int) -> Iterator[Leak]:
    """Yield ``count`` leaks of ``people`` (id, value), each way in its turn.

    A value that begins with ``+`` is a telephone number; any other is a word.
    """
    chance = Random(seed)  # noqa: S311 - repeatable, keeps no secret
    ways = sorted(WAYS)
    for k in range(count):
        way = ways[k % len(ways)]
        subject, value = people[k % len(people)]
        if way in NUMBERS_ONLY:
            subject, value = next(p for p in _from(people, k) if p[1].startswith("+"))
        data = WAYS[way](value, chance)
        subject = "voice" if way.startswith("voice") else subject
        yield Leak(f"leak-{k:03d}.bin", data, way, subject)


def _from(people: Sequence[tuple[str, str]], start: int) -> Iterator[tuple[str, str]]:
    return (people[(start + k) % len(people)] for k in range(len(people)))


# --- what surrounds a leak ------------------------------------------------------------------------


def _noise(chance: Random, size: int) -> bytes:
    return chance.randbytes(chance.randrange(size // 2, size))


def _lines(value: str, chance: Random) -> str:
    """Return a log of calls in which the value stands once."""
    lines = [
        f"2030-01-01T00:{k:02d}:00Z call {chance.getrandbits(64):016x} ended cause=normal talk={k}"
        for k in range(40)
    ]
    lines.insert(chance.randrange(40), f"2030-01-01T00:41:00Z call from {value} arrived")
    return "\n".join(lines)


def _digits(value: str) -> str:
    return value.removeprefix("+")


def _record(value: str, chance: Random) -> dict[str, object]:
    return {"id": f"{chance.getrandbits(128):032x}", "who": value, "seconds": chance.randrange(99)}


# --- the ways -------------------------------------------------------------------------------------


def _database(value: str, chance: Random, *work: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "other.db"
        db = apsw.Connection(str(path))
        db.execute("PRAGMA secure_delete = off")
        db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, who, noise BLOB)")
        for k in range(50):
            who = value if k == 25 else f"nobody {chance.random()}"
            db.execute("INSERT INTO t (who, noise) VALUES (?, ?)", (who, _noise(chance, 200)))
        for sql in work:
            db.execute(sql)
        db.close()
        return path.read_bytes()


def _write_ahead(value: str, chance: Random) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "other.db"
        db = apsw.Connection(str(path))
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE t (who, noise BLOB)")
        db.execute("INSERT INTO t VALUES (?, ?)", (value, _noise(chance, 200)))
        data = path.with_name("other.db-wal").read_bytes()
        db.close()
        return data


def _csv(value: str, chance: Random) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, dialect="excel", quoting=csv.QUOTE_ALL)
    for k in range(20):
        writer.writerow([k, chance.random(), value if k == 7 else "-"])
    return out.getvalue().encode()


def _mail(value: str, chance: Random) -> bytes:
    message = email.message.EmailMessage()
    message["Subject"] = "A missed call"
    message.set_content("see the attachment")
    message.add_attachment(
        _lines(value, chance).encode(), maintype="application", subtype="octet-stream"
    )
    return message.as_bytes()


def _zip(value: str, chance: Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "nothing here " * 50)
        archive.writestr("calls.log", _lines(value, chance))
    return out.getvalue()


def _number(value: str, form: str) -> bytes:
    return struct.pack(form, int(_digits(value)))


def _wave(chance: Random) -> bytes:
    samples = to_little_endian(tone(chance.randrange(60, 400)))
    header = struct.pack("<4sI8sIHHIIHH4sI", b"RIFF", 36 + len(samples), b"WAVEfmt ", 16, 1, 1,
                         8000, 16000, 2, 16, b"data", len(samples))  # fmt: skip
    return header + samples


def _sip(value: str, chance: Random) -> bytes:
    return (
        f"INVITE sip:desk@example.com SIP/2.0\r\nFrom: <sip:{value}@example.net>;tag=1\r\n"
        f"Call-ID: {chance.getrandbits(64):x}\r\nCSeq: 1 INVITE\r\n\r\n"
    ).encode()


def _packed_decimals(value: str) -> bytes:
    """Digits two to an octet, low half first, as a charging record has them."""
    digits = _digits(value)
    digits += "f" * (len(digits) % 2)
    pairs = zip(digits[::2], digits[1::2], strict=True)
    return bytes(int(low, 16) | int(high, 16) << 4 for low, high in pairs)


WAYS: dict[str, Way] = {
    "text": lambda v, c: _lines(v, c).encode(),
    "text in the middle of noise": lambda v, c: _noise(c, 9000) + v.encode() + _noise(c, 9000),
    "utf-16": lambda v, c: _lines(v, c).encode("utf-16"),
    "utf-16, the other order": lambda v, c: _lines(v, c).encode("utf-16-be"),
    "utf-32": lambda v, c: _lines(v, c).encode("utf-32"),
    "json": lambda v, c: json.dumps([_record(v, c)] * 3).encode(),
    "json with everything escaped": lambda v, _: b'{"x":"%b"}' % "".join(
        f"\\u{ord(letter):04x}" for letter in v).encode(),
    "csv": _csv,
    "form": lambda v, _: urllib.parse.urlencode({"From": v, "To": "-"}).encode(),
    "url": lambda v, _: f"GET /calls?who={urllib.parse.quote(v, safe='')} HTTP/1.1".encode(),
    "xml": lambda v, _: f"<Response><Dial>{v}</Dial></Response>".encode("utf-8-sig"),
    "html entities": lambda v, _: "".join(f"&#{ord(letter)};" for letter in v).encode(),
    "pickle": lambda v, c: pickle.dumps(_record(v, c)),
    "property list": lambda v, c: plistlib.dumps(_record(v, c), fmt=plistlib.FMT_BINARY),
    "sip message": _sip,
    "base64 of a record": lambda v, c: base64.b64encode(json.dumps(_record(v, c)).encode()),
    "base64 of the value": lambda v, c: b"Basic " + base64.b64encode(b"q" * c.randrange(4)
                                                                     + v.encode() + b"!"),
    "url-safe base64": lambda v, c: base64.urlsafe_b64encode(_lines(v, c).encode()),
    "base32": lambda v, c: base64.b32encode(b"k" * c.randrange(6) + v.encode()),
    "hexadecimal": lambda v, c: _lines(v, c).encode().hex().encode(),
    "hexadecimal, capitals": lambda v, _: v.encode().hex().upper().encode(),
    "gzip": lambda v, c: gzip.compress(_lines(v, c).encode()),
    "gzip, cut off": lambda v, c: gzip.compress(v.encode() + _noise(c, 9000))[:1500],
    "zlib in noise": lambda v, c: _noise(c, 3000) + zlib.compress(_lines(v, c).encode()),
    "zip": _zip,
    "gzip in base64": lambda v, c: base64.encodebytes(gzip.compress(_lines(v, c).encode())),
    "zip in gzip": lambda v, c: gzip.compress(_zip(v, c)),
    "mail with an attachment": _mail,
    "quoted-printable": lambda v, _: quopri.encodestring(f"Grüße: {v} = die Nummer".encode()),
    "database row": _database,
    "deleted database row": lambda v, c: _database(v, c, "DELETE FROM t WHERE id = 26"),
    "search index": lambda v, c: _database(
        v, c, "CREATE VIRTUAL TABLE s USING fts5(who)", "INSERT INTO s SELECT who FROM t",
        "UPDATE t SET who = ''"),
    "write-ahead log": _write_ahead,
    "plain hash": lambda v, c: _noise(c, 400) + hashlib.sha256(v.encode()).digest(),
    "plain hash, hexadecimal": lambda v, _: hashlib.sha1(v.encode()).hexdigest().encode(),  # noqa: S324 - the leak
    "integer": lambda v, c: _noise(c, 99) + _number(v, "<q") + _noise(c, 99),
    "integer, network order": lambda v, c: _noise(c, 99) + _number(v, ">q") + _noise(c, 99),
    "floating point": lambda v, c: _noise(c, 99) + struct.pack("<d", float(_digits(v))),
    "packed decimals": lambda v, c: _noise(c, 99) + _packed_decimals(v) + _noise(c, 99),
    "as people write it": lambda v, _: f"call me: ({v[2:5]}) {v[5:8]}-{v[8:]}".encode()
        if v.startswith("+1") else v.encode(),
    "voice in a wave file": lambda _, c: _wave(c),
    "voice as µ-law": lambda _, c: _noise(c, 900) + encode_ulaw(tone(100)),
    "voice as A-law": lambda _, c: _noise(c, 900) + encode_alaw(tone(100)) + _noise(c, 900),
    "voice in a database": lambda _, c: _noise(c, 99) + to_little_endian(tone(90)) + bytes(2000),
}  # fmt: skip
"""How data leaks: name → what makes a file of a value."""

NUMBERS_ONLY = frozenset({
    "integer", "integer, network order", "floating point", "packed decimals", "as people write it",
})  # fmt: skip
"""Ways that only a telephone number can take."""
