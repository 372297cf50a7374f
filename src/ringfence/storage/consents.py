"""Choices of people at rest: the ledger of consents, what they were shown, whom to leave alone.

Nothing is kept in memory: every question is one indexed look-up, so a withdrawal holds from the
commit that wrote it, in every part of the program.
"""

from __future__ import annotations

from typing import Literal, get_args

from sqlalchemy import bindparam, delete, select

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import PartyId
from ringfence.kernel.limits import CHOICES_MAX
from ringfence.kernel.phone import Phone
from ringfence.privacy.consent.ledger import Choice, How, State, effective
from ringfence.privacy.consent.texts import ConsentText
from ringfence.privacy.gate import Consent
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.audit import AuditTrail
from ringfence.storage.holds import restricted
from ringfence.storage.parties import MAILBOX, canonical
from ringfence.storage.schema import consent_texts, consents, suppressions
from ringfence.storage.sqlite import Database
from ringfence.storage.statement import Statement, at_most, insert_new, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

Suppression = Literal["do_not_call", "marketing", "texts"]
"""``do_not_call``: never call them; ``marketing``: no offers, on any way; ``texts``: no message."""

_c = consents.c
_t = consent_texts.c
_s = suppressions.c
_ADD = insert_row(consents)
_OF_PARTY = Statement(
    at_most(
        select(
            _c.id, _c.purpose, _c.channel, _c.state, _c.text_hash, _c.how, _c.actor, _c.at
        )
        .where(_c.party_id == bindparam("party"))
        .order_by(_c.id),
        "count",
    ),
    "party", "count",
)  # fmt: skip
_ADD_TEXT = insert_new(consent_texts)
_TEXT = Statement(
    select(_t.version, _t.locale, _t.text).where(_t.hash == bindparam("hash")), "hash"
)
_SUPPRESS = insert_new(suppressions)
_SUPPRESSED = Statement(
    select(_s.since, _s.how).where(
        _s.lookup == bindparam("lookup"), _s.kind == bindparam("kind")
    ),
    "lookup", "kind",
)  # fmt: skip
_UNSUPPRESS = Statement(
    delete(suppressions).where(_s.lookup == bindparam("lookup"), _s.kind == bindparam("kind")),
    "lookup", "kind",
)  # fmt: skip
_COUNT_SUPPRESSED = Statement(
    select(_s.kind, _s.since, _s.how).where(_s.account_id == bindparam("account"))
)


class Consents:
    """Choices of the people of one account; also `switch.ports.Choices`."""

    __slots__ = ("_db", "_seal", "_trail")

    def __init__(self, seal: AccountSeal, db: Database, trail: AuditTrail) -> None:
        self._seal = seal
        self._db = db
        self._trail = trail

    # --- the ledger -----------------------------------------------------------------------------

    def record(
        self,
        tx: Transaction,
        party: PartyId,
        state: State,
        *,
        purpose: str,
        channel: str,
        how: How,
        actor: str,
        text: ConsentText | None,
        now: Ms,
    ) -> None:
        """Write down a choice, what was shown for it, and a leaf of the audit log."""
        shown = None
        if text is not None:
            shown = text.hash
            tx.run(_ADD_TEXT, (shown, text.version, text.locale, text.text, now))
        account = self._seal.account.id
        tx.run(
            _ADD,
            (None, account, party, purpose, channel, state, shown, how, actor, None, now),
        )
        body = {
            "purpose": purpose, "channel": channel, "state": state, "text": shown or "",
            "how": how, "by": actor,
        }  # fmt: skip
        self._trail.note(tx, "consent", at=now, party=party, body=body)

    def of(self, queries: Queries, party: PartyId) -> list[Choice]:
        """Return everything somebody chose, in the order they did."""
        return [Choice(*row) for row in queries.rows(_OF_PARTY, (party, int(CHOICES_MAX)))]

    def holds(self, queries: Queries, party: PartyId, purpose: str, channel: str) -> Consent:
        """Return what holds now for a purpose and a channel."""
        return effective(self.of(queries, party), purpose, channel)

    def shown(self, queries: Queries, digest: str) -> tuple[str, str, str]:
        """Return version, language and text of what was shown. Raises `Refused`."""
        row = queries.row(_TEXT, (digest,))
        if row is None:
            raise Refused("not_found", "nobody was shown a text of that hash")
        return row[0], row[1], row[2]

    # --- whom to leave alone --------------------------------------------------------------------

    def _lookup(self, address: Phone | str) -> bytes:
        text = address.e164 if isinstance(address, Phone) else canonical(address)
        # a mailbox is known here as to `Messages`: one click or one call, and both leave it alone
        return self._seal.find(text if text.startswith(MAILBOX) else "suppressed:" + text)

    def suppress(
        self, tx: Transaction, address: Phone | str, kind: Suppression, *, how: str, by: str,
        now: Ms,
    ) -> None:  # fmt: skip
        """Leave somebody alone; doing it again changes nothing. No number is kept."""
        tx.run(_SUPPRESS, (self._lookup(address), kind, self._seal.account.id, how, now))
        self._note(tx, "suppressed", kind, how, by, now)

    def unsuppress(
        self, tx: Transaction, address: Phone | str, kind: Suppression, *, how: str, by: str,
        now: Ms,
    ) -> None:  # fmt: skip
        """They may be called again: they asked for it. Raises `Refused` (``not_found``)."""
        if not tx.changed(_UNSUPPRESS, (self._lookup(address), kind)):
            raise Refused("not_found", "they are not on that list")
        self._note(tx, "unsuppressed", kind, how, by, now)

    def suppressed(self, queries: Queries, address: Phone | str, kind: Suppression) -> bool:
        """Whether somebody is to be left alone."""
        return queries.row(_SUPPRESSED, (self._lookup(address), kind)) is not None

    def suppressions(self, queries: Queries) -> list[tuple[str, Ms, str]]:
        """Return kind, since when and how, of everybody on the lists; nobody can be told by it."""
        return [(row[0], Ms(row[1]), row[2]) for row in queries.rows(
            _COUNT_SUPPRESSED, (self._seal.account.id,))]  # fmt: skip

    def _note(self, tx: Transaction, kind: str, which: str, how: str, by: str, now: Ms) -> None:
        body = {"list": which, "how": how, "by": by}
        self._trail.note(tx, kind, at=now, account=self._seal.account.id, body=body)

    # --- what the switch asks -------------------------------------------------------------------

    def recording_consent(self, party: PartyId, /) -> Consent:
        """What somebody said about being recorded, for all their calls."""
        return self.holds(self._db.reading, party, "record_call", "any")

    def transcription_consent(self, party: PartyId, /) -> Consent:
        """What somebody said about their words being written down by a machine."""
        return self.holds(self._db.reading, party, "transcription", "any")

    def restricted(self, party: PartyId, /) -> bool:
        """Whether somebody's data is only stored."""
        return restricted(self._db.reading, party)

    def may_be_called(self, address: Phone | str) -> bool:
        """Whether somebody has not said "never call me"."""
        return not self.suppressed(self._db.reading, address, "do_not_call")


def suppression(kind: str) -> Suppression:
    """Return a list by its name. Raises `Refused` (``bad_list``)."""
    for known in get_args(Suppression):
        if kind == known:
            found: Suppression = known
            return found
    raise Refused("bad_list", f"a list is one of: {', '.join(get_args(Suppression))}")
