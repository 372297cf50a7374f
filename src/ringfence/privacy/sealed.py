"""Encrypted values: their layout, and the wrapper that opens only for a declared purpose.

Layout of a sealed value (AES-256-GCM, NIST SP 800-38D, 96-bit random nonce)::

    0      1             13                        n-16           n
    +------+-------------+-------------------------+--------------+
    | 0x01 | nonce (12)  | ciphertext              | tag (16)     |
    +------+-------------+-------------------------+--------------+

The associated data is a *context*: the name of the place the value belongs to (``party:PA...``,
``recording:RE...:0``). A value copied from one row into another does not open there.

Under one key at most 2^32 values may be sealed with random nonces (SP 800-38D 8.3). A subject's
key seals one address and one wrapped key per recording, so the bound is out of reach.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NoReturn, Protocol, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import LocalError, Refused
from ringfence.privacy import purposes
from ringfence.privacy.labels import Label

T = TypeVar("T")

KEY_SIZE = 32
NONCE_SIZE = 12
TAG_SIZE = 16
OVERHEAD = 1 + NONCE_SIZE + TAG_SIZE
_VERSION = b"\x01"


def seal(key: bytes, plain: bytes, *, context: str, entropy: Entropy) -> bytes:
    """Return ``plain`` encrypted under ``key`` (32 bytes) and bound to ``context``."""
    nonce = entropy.token(NONCE_SIZE)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, context.encode())


def unseal(key: bytes, sealed: bytes, *, context: str) -> bytes:
    """Return what `seal` was given.

    Raises `Refused` (``unreadable``) for another key, another context or changed bytes: the
    three cannot be told apart, and none of them is answered with a part of the value.
    """
    if len(sealed) < OVERHEAD or sealed[:1] != _VERSION:
        raise Refused("unreadable", "the stored value is damaged; restore it from a backup")
    try:
        return AESGCM(key).decrypt(
            sealed[1 : 1 + NONCE_SIZE], sealed[1 + NONCE_SIZE :], context.encode()
        )
    except InvalidTag:
        raise Refused(
            "unreadable", "the stored value does not belong to this key and place"
        ) from None


class Opener(Protocol):
    """What opens a sealed value: the vault."""

    def open(self, serial: int, sealed: bytes, *, context: str) -> bytes:
        """Return the clear bytes sealed under key ``serial``."""
        ...


OnOpen = Callable[[str, str, str], None]
"""Called with (context, category, purpose) for every value that was opened."""


class Sealed(Generic[T]):
    """A value at rest: safe to hold, log, compare by identity; opened only under a purpose.

    ``serial`` names the key, ``context`` the place, ``label`` what it is, ``read`` turns the
    clear bytes into the value.
    """

    __slots__ = ("_blob", "context", "label", "read", "serial")

    def __init__(
        self, blob: bytes, *, serial: int, context: str, label: Label, read: Callable[[bytes], T]
    ) -> None:
        if label.storage != "sealed":
            raise LocalError(f"a {label.storage} label on a sealed value")
        self._blob = blob
        self.serial = serial
        self.context = context
        self.label = label
        self.read = read

    def open(self, opener: Opener, on_open: OnOpen) -> T:
        """Return the clear value, and report that it was opened.

        Raises `Refused`: ``purpose_missing``, ``purpose_not_allowed`` (see ``privacy.purposes``),
        ``erased`` when the key was destroyed, ``unreadable`` when the bytes were damaged.
        """
        purpose = purposes.require(self.label.purposes)
        value = self.read(opener.open(self.serial, self._blob, context=self.context))
        on_open(self.context, self.label.category, purpose)
        return value

    def __repr__(self) -> str:
        return f"Sealed({self.label.category})"

    def __reduce__(self) -> NoReturn:
        raise LocalError("a sealed value does not travel; pass its id instead")
