"""Keys lie on shelves: how shelves and their locks are laid out, sealed and cleared of a key.

A key is 32 random bytes with a *serial*, the number of its place. Keys are cut a whole shelf at a
time, before anybody needs them, so that a new caller costs no write to the keystore; the party's
row then says which serial is theirs. A destroyed key is 32 zero bytes, and no key is ever put
into a used place again.

::

    epoch key ──seals──► ring: 120 locks ──each seals──► shelf: 120 keys
    (a file)             1 page for 14,400 keys          1 page

    plaintext   key 0 (32) | key 1 (32) | ... | key 119 (32)        3,840 bytes
    sealed      nonce (12) | ciphertext (3,840) | tag (16)           3,868 bytes

Both are one AES-256-GCM value that fits a database page of 4 KiB; the associated data is what it
is and its number. To destroy a key, its shelf is sealed anew under a fresh lock and every ring
under a fresh epoch key; the old epoch key is then destroyed, and with it every copy of the old
rings, the old lock, and the old shelf (a backup, a worn block of flash). A million keys have 70
rings, so each erasure can have an epoch of its own.
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


def ring_of(shelf: int) -> tuple[int, int]:
    """Return (ring, slot) of the lock of ``shelf``."""
    return divmod(shelf, KEYSTORE_SHELF)


def relock(keys: bytearray, slot: int, *, entropy: Entropy) -> None:
    """Put a fresh lock into ``slot`` of a ring's keys, for a shelf that is sealed anew."""
    keys[slot * KEY_SIZE : (slot + 1) * KEY_SIZE] = entropy.token(KEY_SIZE)


class EpochKey:
    """The key that seals rings for a time: a number and 32 bytes."""

    __slots__ = ("_aead", "number")

    def __init__(self, number: int, key: bytes) -> None:
        if len(key) != KEY_SIZE:
            raise Refused("keystore_damaged", f"the key of epoch {number} is no key; {MEND}")
        self.number = number
        self._aead = AESGCM(key)

    def __repr__(self) -> str:
        return f"EpochKey({self.number})"

    def seal(self, ring: Shelf, *, entropy: Entropy) -> bytes:
        """Return ``ring`` as it rests."""
        return _seal(self._aead, bytes(ring.keys), self._place(ring.number), entropy)

    def open(self, number: int, sealed: bytes) -> Shelf:
        """Return ring ``number``; raises `Refused` (``keystore_damaged``)."""
        return Shelf(number, bytearray(_open(self._aead, sealed, self._place(number))))

    def open_unlocked(self, number: int, sealed: bytes) -> Shelf:
        """Return a shelf of the first format, in which epochs sealed shelves themselves."""
        place = b"ringfence shelf %d epoch %d" % (number, self.number)
        return Shelf(number, bytearray(_open(self._aead, sealed, place)))

    def _place(self, ring: int) -> bytes:
        return b"ringfence ring %d epoch %d" % (ring, self.number)


MEND = "move keys/ away and put their copy back: ringfence restore BACKUP --keys COPY"
"""What is said of a keystore that does not open."""


def _seal(aead: AESGCM, plain: bytes, place: bytes, entropy: Entropy) -> bytes:
    nonce = entropy.token(NONCE_SIZE)
    return nonce + aead.encrypt(nonce, plain, place)


def _open(aead: AESGCM, sealed: bytes, place: bytes) -> bytes:
    try:
        plain = aead.decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], place)
    except (InvalidTag, ValueError):
        plain = b""
    if len(plain) != SHELF_SIZE:
        raise Refused("keystore_damaged", f"a shelf of keys does not open; {MEND}")
    return plain


class Shelf:
    """A shelf or a ring in the open.

    ``keys`` is mutable so that a destroyed key is gone from memory too.
    """

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

    def locked(self, lock: bytes, *, entropy: Entropy) -> bytes:
        """Return this shelf as it rests under ``lock`` (32 bytes)."""
        return _seal(AESGCM(lock), bytes(self.keys), b"ringfence shelf %d" % self.number, entropy)

    @classmethod
    def unlocked(cls, number: int, sealed: bytes, lock: bytes) -> Shelf:
        """Return shelf ``number``; raises `Refused` (``keystore_damaged``)."""
        plain = _open(AESGCM(lock), sealed, b"ringfence shelf %d" % number)
        return cls(number, bytearray(plain))

    def copy(self) -> Shelf:
        """Return the same, to be changed."""
        return Shelf(self.number, bytearray(self.keys))

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
