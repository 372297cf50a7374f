"""What is done with keys: seal and open values, wrap record keys, find a number, salt a leaf.

Each use of a key is apart from the others, so that a hash that leaves the room can never be an
encryption key inside it: sealing uses the key itself, finding HMAC-SHA256 under
HMAC-SHA256(key, constant), salting keyed BLAKE2b with a personalisation (RFC 7693 2.5). The vault
asks a `KeySource` for keys by serial and keeps none.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Protocol

from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.limits import VAULT_SECRETS
from ringfence.privacy.purposes import current
from ringfence.privacy.sealed import KEY_SIZE, seal, unseal

_SALT = b"ringfence salt 1"
_FIND = b"ringfence lookup v1"
LOOKUP_SIZE = 16
_BLOCK = 64


class KeySource(Protocol):
    """Where keys come from: the keystore."""

    def take(self) -> int:
        """Return the serial of a fresh key that is already safe on disk."""
        ...

    def key(self, serial: int) -> bytes:
        """Return a key; raises `Refused` (``erased``) if it was destroyed."""
        ...

    @property
    def destructions(self) -> int:
        """How often keys were destroyed; what was opened before is not to be remembered."""
        ...


def _salted(key: bytes, record: str) -> bytes:
    return hashlib.blake2b(record.encode(), key=key, person=_SALT, digest_size=32).digest()


class _Finder:
    """HMAC-SHA256 (RFC 2104) with both key blocks hashed beforehand: a third of the usual cost."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, secret: bytes) -> None:
        block = secret.ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def digest(self, data: bytes) -> bytes:
        """Return the 32 bytes of HMAC-SHA256."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(data)
        outer.update(inner.digest())
        return outer.digest()


class Vault:
    """Seals, opens, wraps, finds and salts by key serial."""

    __slots__ = ("_entropy", "_finders", "keys")

    def __init__(self, keys: KeySource, *, entropy: Entropy) -> None:
        self.keys = keys
        self._entropy = entropy
        self._finders: dict[int, _Finder] = {}

    def seal(self, serial: int, plain: bytes, *, context: str) -> bytes:
        """Return ``plain`` sealed under key ``serial`` for the place ``context``."""
        return seal(self.keys.key(serial), plain, context=context, entropy=self._entropy)

    def open(self, serial: int, sealed: bytes, *, context: str) -> bytes:
        """Return what was sealed.

        Raises `Refused`: ``purpose_missing`` where nobody said why (``privacy.purposes``),
        ``erased``, ``unreadable``.
        """
        return unseal(self._opening(serial), sealed, context=context)

    def open_salted(
        self, serial: int, sealed: bytes, *, context: str, record: str
    ) -> tuple[bytes, bytes]:
        """Return what was sealed and the salt of ``record``, asking for the key once.

        Raises as `open` does.
        """
        key = self._opening(serial)
        return unseal(key, sealed, context=context), _salted(key, record)

    def _opening(self, serial: int) -> bytes:
        if current() is None:
            raise Refused("purpose_missing", "declare the purpose before opening what is sealed")
        return self.keys.key(serial)

    def new_record_key(self) -> bytes:
        """Return 32 random bytes: the key of one record (a recording's channel, a message)."""
        return self._entropy.token(KEY_SIZE)

    def wrap(self, serial: int, record_key: bytes, *, context: str) -> bytes:
        """Return ``record_key`` locked with the key of one party to the record."""
        if len(record_key) != KEY_SIZE:
            raise LocalError("a record key has 32 bytes")
        return self.seal(serial, record_key, context="key:" + context)

    def unwrap(self, serial: int, wrapped: bytes, *, context: str) -> bytes:
        """Return the record key again; raises `Refused` (``erased``, ``unreadable``)."""
        return self.open(serial, wrapped, context="key:" + context)

    def find(self, pepper: int, text: str) -> bytes:
        """Return the lookup of ``text`` under an account's pepper: 16 bytes, the same each time.

        A plain hash of a telephone number is the number: all of a country's can be tried in
        minutes. Under a secret pepper the table says nothing to whoever holds only the database.
        """
        finder = self._finders.get(pepper)
        if finder is None:
            finder = _Finder(hmac.digest(self.keys.key(pepper), _FIND, "sha256"))
            if len(self._finders) >= VAULT_SECRETS:
                self._finders.pop(next(iter(self._finders)))
            self._finders[pepper] = finder
        return finder.digest(text.encode())[:LOOKUP_SIZE]

    def salt(self, serial: int, record: str) -> bytes:
        """Return the 32-byte salt of a record's audit leaves; gone when the key is gone."""
        return _salted(self.keys.key(serial), record)

    def forget(self) -> None:
        """Drop every derived secret from memory."""
        self._finders.clear()
