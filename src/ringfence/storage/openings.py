"""Every opening of personal data becomes a leaf of the audit log.

The vault reports what was opened; what is about a person is recorded with its purpose and for
whom, by id and category, never by value. The opening itself does not wait for the disk: the
record is a patient unit, so it is written even where the disk is full for a while. What is opened
while such a unit waits for its turn goes along with it, and a page of fifty numbers is one leaf.

Before anything opens for a person, the gate (``privacy.gate``) is asked with their role and the
purpose in force; what belongs to a restricted person is asked about even for the exchange itself.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Container, Iterable
from typing import NamedTuple, TypeVar

from ringfence.kernel.clock import Clock, Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import PartyId
from ringfence.kernel.limits import AUDIT_PAGE_PEOPLE, PARTY_CACHE
from ringfence.privacy.gate import USUAL, Circumstances, decide
from ringfence.privacy.labels import CONTENT_SEALED, Label
from ringfence.privacy.purposes import current, current_actor, current_role, require
from ringfence.privacy.roles import SYSTEM, known_role
from ringfence.privacy.sealed import Sealed
from ringfence.privacy.taxonomy import is_personal
from ringfence.privacy.vault import Vault
from ringfence.storage.audit import AuditTrail
from ringfence.storage.audit_pages import OPENED, SALTED
from ringfence.storage.sqlite import Database
from ringfence.storage.unit_of_work import Transaction

T = TypeVar("T")

_People = list[tuple[PartyId, bytes]]
_Opening = tuple[Ms, PartyId | None, dict[str, str]] | tuple[Ms, _People, dict[str, str]]
"""When, of whom, what; of several at once, with the salt of each: a page."""

_RESTRICTED = Circumstances(restricted=True)


class _Known(NamedTuple):
    """Somebody's address in clear, the key it lies under, and the salt of their openings."""

    text: str
    serial: int
    salt: bytes


Fetch = Callable[[list[PartyId]], Iterable[tuple[PartyId, bytes | None, int]]]
"""Returns the sealed addresses of people and the serials of their keys."""


class Openings:
    """Opens sealed values for the repositories and writes down that it did.

    What `people` opened lately is kept in memory, bounded, until any key is destroyed: nothing of
    anybody who was erased stays there. It is shown to nobody whom the gate would not let open it,
    and every time it is shown is an opening with its leaf.
    """

    __slots__ = (
        "_clock", "_db", "_destructions", "_known", "_lock", "_trail", "_vault", "_waiting",
        "restricted",
    )  # fmt: skip

    def __init__(self, db: Database, vault: Vault, trail: AuditTrail, clock: Clock) -> None:
        self._db = db
        self._vault = vault
        self._trail = trail
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: list[_Opening] = []
        self._known: OrderedDict[PartyId, _Known] = OrderedDict()
        self._destructions = vault.keys.destructions
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

    def people(
        self, parties: Iterable[PartyId], fetch: Fetch, *, label: Label
    ) -> dict[PartyId, str]:
        """Return the addresses of several people in clear; who cannot be shown is left out.

        All of them together are one leaf (``storage.audit_pages``). For a purpose they were not
        collected for, nobody is shown. Raises `Refused` ``purpose_missing`` where none is declared.
        """
        known = self._lately()
        shown: dict[PartyId, str] = {}
        salts: _People = []
        purpose = current() or require(label.purposes)
        if purpose not in label.purposes or not self._may(label.category, purpose, USUAL):
            return shown
        found = {party: known.get(party) for party in parties}
        missing = [party for party, one in found.items() if one is None]
        closed: Container[int] = ()
        if self.restricted and not self._may(label.category, purpose, _RESTRICTED):
            closed = self.restricted  # the set itself: who is restricted meanwhile is not shown
        for party, blob, serial in fetch(missing) if missing else ():
            if blob is not None and serial not in closed:
                found[party] = self._learn(known, party, blob, serial)
        for party, one in found.items():
            if one is None or one.serial in closed:
                continue
            shown[party] = one.text
            salts.append((party, one.salt))
        body = {"category": label.category, "purpose": purpose, "by": current_actor()}
        for at in range(0, len(salts), AUDIT_PAGE_PEOPLE):
            self._write_down((self._clock.now(), salts[at : at + AUDIT_PAGE_PEOPLE], body))
        return shown

    def forget(self, party: PartyId) -> None:
        """Drop somebody's address from memory."""
        self._known.pop(party, None)

    def _lately(self) -> OrderedDict[PartyId, _Known]:
        """Return what is in memory; of a time before any key was destroyed, nothing."""
        destructions = self._vault.keys.destructions
        if destructions != self._destructions:
            # Another dictionary: who is opening something just now puts it into the old one.
            self._known, self._destructions = OrderedDict(), destructions
        return self._known

    def _learn(
        self, known: OrderedDict[PartyId, _Known], party: PartyId, blob: bytes, serial: int
    ) -> _Known | None:
        try:
            opened, salt = self._vault.open_salted(
                serial, blob, context=f"party:{party}", record=SALTED
            )
        except Refused:
            return None  # erased
        if len(known) >= PARTY_CACHE:
            known.popitem(last=False)
        known[party] = one = _Known(opened.decode(), serial, salt)
        return one

    def _may(self, category: str, purpose: str, case: Circumstances) -> bool:
        try:
            self._enforce(category, purpose, case)
        except Refused:
            return False  # restricted, or not for whoever asks
        return True

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
        """Raise `Refused` where the gate says no to opening what lies under key ``serial``."""
        self._enforce(category, purpose, _RESTRICTED if serial in self.restricted else USUAL)

    def _enforce(self, category: str, purpose: str, case: Circumstances) -> None:
        """Raise `Refused` with the rule behind it where the gate says no."""
        role = current_role()
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
                if isinstance(whom, list):
                    self._trail.note_page(tx, at=at, people=whom, **body)
                else:
                    self._trail.note(tx, OPENED, at=at, party=whom, body=body)

        return write
