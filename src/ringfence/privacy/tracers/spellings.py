"""How a number, a word or a secret may look once it has come to rest somewhere.

A tracer is a value nobody else has: a reserved telephone number, a made-up name, a string of
digits. `needles` returns every byte string that would give it away: as text in the encodings
programs write, escaped, in hexadecimal and base64 at each alignment, as a binary integer, as
packed decimal digits, and as a plain hash (a hash of a telephone number is that number: all
numbers of a country are hashed in minutes).
"""

from __future__ import annotations

import base64
import hashlib
import re
import string
import struct
from collections.abc import Iterator, Set
from urllib.parse import quote, quote_plus

import phonenumbers

from ringfence.kernel.limits import TRACER_NEEDLE_MIN
from ringfence.kernel.phone import Phone

_GAPS = ("", " ", "-", ".", "/", "\u00a0")
_BASE64 = f"{string.ascii_uppercase}{string.ascii_lowercase}{string.digits}+/".encode()
_BASE32 = f"{string.ascii_uppercase}234567".encode()
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def needles(forms: Set[str], *, exact: Set[bytes] = frozenset()) -> dict[bytes, str]:
    """Return byte string → what it is, for text ``forms`` and ready byte strings ``exact``.

    What is shorter than ``TRACER_NEEDLE_MIN`` bytes is left out: chance would find it.
    """
    found: dict[bytes, str] = dict.fromkeys(exact, "binary")
    for form in sorted(forms):
        for how, value in _text(form):
            found.setdefault(value, how)
    return {value: how for value, how in found.items() if len(value) >= TRACER_NEEDLE_MIN}


def number_needles(phone: Phone) -> dict[bytes, str]:
    """Return every way to write a telephone number."""
    return needles(number_forms(phone), exact=set(_integers(phone)) | set(_packed(phone)))


def number_forms(phone: Phone) -> set[str]:
    """Return the ways people and programs write a number: with and without +, 00, spaces."""
    plain = phone.e164
    bare = plain.removeprefix("+")
    forms = {plain, bare, "00" + bare, f"sip:{plain}@", f"sip:{bare}@", f"tel:{plain}"}
    if plain.startswith("+"):
        parsed = phonenumbers.parse(plain)
        kinds = phonenumbers.PhoneNumberFormat
        for kind in (kinds.INTERNATIONAL, kinds.NATIONAL, kinds.RFC3966):
            text = phonenumbers.format_number(parsed, kind)
            groups = re.findall("[0-9]+", text)
            forms |= {text, *(gap.join(groups) for gap in _GAPS)}
        forms.add(str(parsed.national_number))
    return {form for form in forms if sum(c.isdigit() for c in form) >= TRACER_NEEDLE_MIN}


def word_needles(word: str) -> dict[bytes, str]:
    """Return every way to write a made-up word: a name, a sentence, collected digits."""
    return needles({word, word.lower(), word.upper(), word.title()})


def _text(form: str) -> Iterator[tuple[str, bytes]]:
    for name in ("utf-8", "utf-16-le", "utf-16-be"):
        raw = form.encode(name)
        yield name, raw
        yield f"hex of {name}", raw.hex().encode()
        yield f"hex of {name}", raw.hex().upper().encode()
        if name != "utf-16-be":
            for value in _aligned(raw, _BASE64, group=3):
                yield f"base64 of {name}", value
                yield f"base64 of {name}", value.translate(_URL_SAFE)
    for value in _aligned(form.encode(), _BASE32, group=5):
        yield "base32", value
    yield "utf-32-le", form.encode("utf-32-le")
    yield "ebcdic", form.encode("cp037", errors="replace")
    escaped = "".join(f"\\u{ord(c):04x}" for c in form)
    yield "json escapes", escaped.encode()
    yield "percent escapes", "".join(f"%{byte:02X}" for byte in form.encode()).encode()
    yield "percent escapes", quote(form, safe="").encode()
    yield "percent escapes", quote_plus(form).encode()
    yield "reversed", form[::-1].encode()
    yield "html escapes", "".join(f"&#{ord(c)};" for c in form).encode()
    for hashed in (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512):
        digest = hashed(form.encode(), usedforsecurity=False)
        yield f"plain {digest.name}", digest.digest()
        yield f"plain {digest.name}", digest.hexdigest().encode()
        yield f"plain {digest.name}", base64.b64encode(digest.digest())


def _aligned(raw: bytes, alphabet: bytes, *, group: int) -> Iterator[bytes]:
    """Yield ``raw`` in an encoding whatever stands before and behind it.

    ``alphabet``: one character for each value of 5 or 6 bits; ``group``: octets until characters
    and octets begin together again. The last character may hold bits of the next octet: then there
    is one string for each value of those.
    """
    bits = len(alphabet).bit_length() - 1
    for before in range(group):
        first = -(-8 * before // bits)
        size = 8 * (before + len(raw))
        open_bits = -size % bits
        value = int.from_bytes(raw, "big") << open_bits
        last = (size + open_bits) // bits - 1
        for behind in range(1 << open_bits):
            whole = value | behind
            yield bytes(
                alphabet[whole >> bits * (last - k) & (1 << bits) - 1]
                for k in range(first, last + 1)
            )


def _integers(phone: Phone) -> Iterator[bytes]:
    digits = phone.e164.removeprefix("+")
    number = int(digits)
    if len(digits) < 9:
        return  # too small to be told from a counter
    width = (number.bit_length() + 7) // 8 + 1  # with one zero octet in front
    yield number.to_bytes(width, "big")
    yield number.to_bytes(width, "little")
    yield struct.pack(">d", number)
    yield struct.pack("<d", number)


def _packed(phone: Phone) -> Iterator[bytes]:
    """Yield two digits an octet: as written, and swapped (TBCD, 3GPP TS 29.002)."""
    digits = phone.e164.removeprefix("+")
    padded = digits + "f" * (len(digits) % 2)
    yield bytes.fromhex(padded)
    yield bytes.fromhex("".join(padded[k + 1] + padded[k] for k in range(0, len(padded), 2)))
