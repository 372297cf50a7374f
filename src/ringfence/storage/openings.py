"""Every opening of personal data becomes a leaf of the audit log.

The vault reports what was opened; what is about a person is recorded with its purpose and for
whom, by id and category, never by value. The opening itself does not wait for the disk: the
record is a patient unit, so it is written even where the disk is full for a while. What is opened
while such a unit waits for its turn goes along with it: a page of fifty numbers is one unit.

Before anything opens for a person, the gate (``privacy.gate``) is asked with their role and the
purpose in force; what belongs to a restricted person is asked about even for the exchange itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from ringfence.kernel.clock import Clock, Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import PartyId
from ringfence.privacy.gate import USUAL, Circumstances, decide
from ringfence.privacy.labels import CONTENT_SEALED, Label
from ringfence.privacy.purposes import current_actor, current_role, require
from ringfence.privacy.roles import SYSTEM, known_role
from ringfence.privacy.sealed import Sealed
from ringfence.privacy.taxonomy import is_personal
from ringfence.privacy.vault import Vault
from ringfence.storage.audit import AuditTrail
from ringfence.storage.sqlite import Database
from ringfence.storage.unit_of_work import Transaction

T = TypeVar("T")

_Opening = tuple[Ms, PartyId | None, dict[str, str]]

_RESTRICTED = Circumstances(restricted=True)


class Openings:
    """Opens sealed values for the repositories and writes down that it did."""

    __slots__ = ("_clock", "_db", "_lock", "_trail", "_vault", "_waiting", "restricted")

    def __init__(self, db: Database, vault: Vault, trail: AuditTrail, clock: Clock) -> None:
        self._db = db
        self._vault = vault
        self._trail = trail
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: list[_Opening] = []
        self.restricted: set[int] = set()
        """The key serials of restricted people (``storage.holds``): kept in step by the store."""

    def open(
        self, blob: bytes, *, serial: int, context: str, label: Label, read: Callable[[bytes], T]
    ) -> T:
        """Return a sealed value in clear, under the purpose in force (``privacy.purposes``)."""
        sealed = Sealed(blob, serial=serial, context=context, label=label, read=read)
        self._ask(label.category, serial, require(label.purposes))
        return sealed.open(self._vault, self._opened)

    def text(self, blob: bytes, *, serial: int, context: str, label: Label) -> str:
        """Return a sealed text in clear."""
        return self.open(blob, serial=serial, context=context, label=label, read=bytes.decode)

    def record_key(
        self, wrapped: bytes, *, serial: int, context: str, party: PartyId | None = None
    ) -> bytes | None:
        """Return the key of a record's content, None where its person was erased.

        Having the key is having the content, so it is opened and written down as content is, as
        something about ``party`` where one is named.
        """
        purpose = require(CONTENT_SEALED.purposes)
        self._ask(CONTENT_SEALED.category, serial, purpose)
        try:
            key = self._vault.unwrap(serial, wrapped, context=context)
        except Refused as refused:
            if refused.code == "erased":
                return None
            raise
        self._opened(context, CONTENT_SEALED.category, purpose, party)
        return key

    def _ask(self, category: str, serial: int, purpose: str) -> None:
        """Raise `Refused` with the rule behind it where the gate says no."""
        role = current_role()
        case = _RESTRICTED if serial in self.restricted else USUAL
        if role == SYSTEM and case is USUAL:
            return  # what the exchange itself may open is what its labels say
        decision = decide(known_role(role), purpose=purpose, category=category, circumstances=case)
        decision.enforce()

    def _opened(
        self, context: str, category: str, purpose: str, party: PartyId | None = None
    ) -> None:
        if not is_personal(category):
            return
        kind, _, rest = context.partition(":")
        whom = PartyId(rest) if kind == "party" else party
        body = {"what": context, "category": category, "purpose": purpose, "by": current_actor()}
        self._write_down((self._clock.now(), whom, body))

    def _write_down(self, opening: _Opening) -> None:
        """Queue the leaf of an opening before anybody sees what was opened."""
        with self._lock:
            if not self._waiting:
                self._db.give(self._unit())
            self._waiting.append(opening)

    def _unit(self) -> Callable[[Transaction], None]:
        taken: list[_Opening] = []  # a unit that has to be done again still knows its own

        def write(tx: Transaction) -> None:
            with self._lock:
                taken.extend(self._waiting)
                self._waiting.clear()
            for at, whom, body in taken:
                self._trail.note(tx, "opened", at=at, party=whom, body=body)

        return write
