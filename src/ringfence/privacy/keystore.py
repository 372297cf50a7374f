"""Keys lie on shelves: how a shelf is laid out, sealed under an epoch and cleared of a key.

A key is 32 random bytes with a *serial*, the number of its place. Keys are cut a whole shelf at a
time, before anybody needs them, so that a new caller costs no write to the keystore; the party's
row then says which serial is theirs. A destroyed key is 32 zero bytes, and no key is ever put
into a used place again.

A shelf at rest (one AES-256-GCM value under the epoch key, associated data its number and epoch)::

    plaintext   key 0 (32) | key 1 (32) | ... | key 119 (32)        3,840 bytes
    sealed      nonce (12) | ciphertext (3,840) | tag (16)           3,868 bytes

120 keys are what fits one 4 KiB database page, so moving a million keys to a new epoch is 8,334
decryptions and encryptions instead of a million. When the last shelf has moved, the old epoch key
is destroyed, and every copy of the old shelves (a backup, a worn block of flash) with it.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.limits import KEYSTORE_SHELF
from ringfence.privacy.sealed import KEY_SIZE, NONCE_SIZE

SHELF_SIZE = int(KEYSTORE_SHELF) * KEY_SIZE
DESTROYED = bytes(KEY_SIZE)


def place(serial: int) -> tuple[int, int]:
    """Return (shelf, slot) of a key."""
    return divmod(serial, KEYSTORE_SHELF)


def first_serial(shelf: int) -> int:
    """Return the serial of the first key on ``shelf``."""
    return shelf * KEYSTORE_SHELF


class EpochKey:
    """The key that seals shelves for a time: a number and 32 bytes."""

    __slots__ = ("_aead", "number")

    def __init__(self, number: int, key: bytes) -> None:
        if len(key) != KEY_SIZE:
            raise Refused("keystore_damaged", "an epoch key must have 32 bytes; restore the file")
        self.number = number
        self._aead = AESGCM(key)

    def __repr__(self) -> str:
        return f"EpochKey({self.number})"

    def seal(self, shelf: Shelf, *, entropy: Entropy) -> bytes:
        """Return ``shelf`` as it rests."""
        nonce = entropy.token(NONCE_SIZE)
        return nonce + self._aead.encrypt(nonce, bytes(shelf.keys), self._place(shelf.number))

    def open(self, number: int, sealed: bytes) -> Shelf:
        """Return shelf ``number``; raises `Refused` (``keystore_damaged``)."""
        return Shelf(number, bytearray(self._decrypt(number, sealed)))

    def move(self, number: int, sealed: bytes, to: EpochKey, *, entropy: Entropy) -> bytes:
        """Return shelf ``number``, sealed by this epoch, as epoch ``to`` seals it."""
        plain = self._decrypt(number, sealed)
        nonce = entropy.token(NONCE_SIZE)
        return nonce + to._aead.encrypt(nonce, plain, to._place(number))

    def _decrypt(self, number: int, sealed: bytes) -> bytes:
        try:
            plain = self._aead.decrypt(
                sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], self._place(number)
            )
        except (InvalidTag, ValueError):
            plain = b""
        if len(plain) != SHELF_SIZE:
            raise Refused("keystore_damaged", "a shelf of keys does not open; restore the keystore")
        return plain

    def _place(self, shelf: int) -> bytes:
        return b"ringfence shelf %d epoch %d" % (shelf, self.number)


class Shelf:
    """A shelf in the open: ``keys`` is mutable so that a destroyed key is gone from memory too."""

    __slots__ = ("keys", "number")

    def __init__(self, number: int, keys: bytearray) -> None:
        self.number = number
        self.keys = keys

    def __repr__(self) -> str:
        return f"Shelf({self.number})"

    @classmethod
    def cut(cls, number: int, *, entropy: Entropy) -> Shelf:
        """Return shelf ``number`` with fresh keys in every place."""
        return cls(number, bytearray(entropy.token(SHELF_SIZE)))

    def key(self, slot: int) -> bytes:
        """Return the key in ``slot``; raises `Refused` (``erased``) if it was destroyed."""
        key = bytes(self.keys[slot * KEY_SIZE : (slot + 1) * KEY_SIZE])
        if key == DESTROYED:
            raise Refused("erased", "the key of this person was destroyed; nothing can be read")
        if len(key) != KEY_SIZE:
            raise LocalError("no such place on the shelf")
        return key

    def destroy(self, slot: int) -> None:
        """Overwrite the key in ``slot`` with zeros; destroying twice does no harm."""
        self.keys[slot * KEY_SIZE : (slot + 1) * KEY_SIZE] = DESTROYED

    def is_destroyed(self, slot: int) -> bool:
        """Whether the key in ``slot`` is gone."""
        return self.keys[slot * KEY_SIZE : (slot + 1) * KEY_SIZE] == DESTROYED
