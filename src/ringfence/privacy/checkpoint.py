"""Signed tree heads: C2SP tlog-checkpoint inside a C2SP signed note.

::

    exchange.example.com/audit          origin: which log
    1024                                size
    47DEQpj8HBSa+/TImW+5JCeuQeRkm5NM... base64 of the root hash
                                        (empty line)
    — exchange.example.com/audit Az3..  em dash, key name, base64(key id (4) | signature (64))

Whoever keeps two checkpoints of one origin can show that entries were dropped or changed; a
witness may add signature lines of its own, which are ignored here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.kernel.limits import CHECKPOINT_BYTES

_ED25519 = b"\x01"
_DASH = "— "


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: who keeps it, how many entries, the root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the signed part, ending in a newline."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def key_id(name: str, public: bytes) -> bytes:
    """Return the four bytes that point a verifier to the key (signed-note, Ed25519)."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


class Signer:
    """Signs checkpoints. ``name``: the key's name, without spaces or plus; ``seed``: 32 bytes."""

    __slots__ = ("_id", "_private", "name", "public")

    def __init__(self, name: str, seed: bytes) -> None:
        if not name or "+" in name or any(c.isspace() or not c.isprintable() for c in name):
            raise LocalError("a key name has no spaces and no plus")
        self.name = name
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._private.public_key().public_bytes_raw()
        self._id = key_id(name, self.public)

    def __repr__(self) -> str:
        return f"Signer({self.name})"

    def sign(self, checkpoint: Checkpoint) -> str:
        """Return the note of a checkpoint."""
        return self.sign_text(checkpoint.text())

    def sign_text(self, text: str) -> str:
        """Return the note of ``text``, which ends in a newline: text, empty line, signature."""
        if not text.endswith("\n") or "\n\n" in text:
            raise LocalError("a signed text ends in a newline and has no empty line")
        signature = base64.b64encode(self._id + self._private.sign(text.encode())).decode()
        return f"{text}\n{_DASH}{self.name} {signature}\n"

    def verifier_key(self) -> str:
        """Return what a verifier needs: ``name+id+key`` in the form of Go's note package."""
        key = base64.b64encode(_ED25519 + self.public).decode()
        return f"{self.name}+{self._id.hex()}+{key}"


def verify(note: str, *, name: str, public: bytes) -> Checkpoint:
    """Return the checkpoint of a note signed by the key ``name``; raises as `verify_text`."""
    if len(note.encode()) > CHECKPOINT_BYTES:
        raise RemoteError("a checkpoint is a few hundred bytes")
    return parse(verify_text(note, name=name, public=public))


def verify_text(note: str, *, name: str, public: bytes) -> str:
    """Return the text of a note signed by the key ``name``.

    Raises `RemoteError` for a note that is malformed, not signed by that key, or signed wrongly;
    lines of unknown keys are ignored, as signed-note asks.
    """
    text, gap, signatures = note.rpartition("\n\n")
    if not gap:
        raise RemoteError("a signed note has an empty line before its signatures")
    text += "\n"
    wanted = key_id(name, public)
    signed = False
    for line in signatures.removesuffix("\n").split("\n"):
        found = _signature(line, name)
        if found is None or found[:4] != wanted:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(found[4:], text.encode())
        except InvalidSignature:
            raise RemoteError("the signature does not belong to this checkpoint") from None
        signed = True
    if not signed:
        raise RemoteError("no signature of the expected key")
    return text


def _signature(line: str, name: str) -> bytes | None:
    """Return the bytes of a signature line of ``name``, or None for another key's line."""
    if not line.startswith(_DASH):
        raise RemoteError("a signature line begins with an em dash and a space")
    who, space, encoded = line[len(_DASH) :].partition(" ")
    try:
        value = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise RemoteError("a signature is base64") from None
    if not space or not who or len(value) < 5:
        raise RemoteError("a signature line is a name, a key id and a signature")
    return value if who == name else None


def parse(text: str) -> Checkpoint:
    """Read the signed part; raises `RemoteError`. Extension lines are allowed and dropped."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not lines[0]:
        raise RemoteError("a checkpoint has an origin, a size and a root, one to a line")
    origin, size, root = lines[:3]
    if not size.isascii() or not size.isdigit() or (size != "0" and size.startswith("0")):
        raise RemoteError("the size of a checkpoint is a decimal number")
    try:
        value = base64.b64decode(root, validate=True)
    except (binascii.Error, ValueError):
        raise RemoteError("the root of a checkpoint is base64") from None
    if len(value) != 32:
        raise RemoteError("the root of a checkpoint has 32 bytes")
    return Checkpoint(origin, int(size), value)
