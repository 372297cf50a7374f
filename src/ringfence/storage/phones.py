"""SIP phones of one account: user names and digests sealed, never a password."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from sqlalchemy import bindparam, delete, select, update

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId, PartyId, PhoneDeviceId
from ringfence.privacy.labels import CREDENTIAL, USERNAME_SEALED
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.schema import phones
from ringfence.storage.statement import Row, Statement, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

_ADD = insert_row(phones)
_ALL = Statement(
    select(*phones.c).where(phones.c.account_id == bindparam("account")).order_by(phones.c.id)
)
_BY_LOOKUP = Statement(select(phones.c.id).where(phones.c.lookup == bindparam("lookup")))
_SET_HA1 = Statement(
    update(phones).where(phones.c.id == bindparam("phone")).values(ha1=bindparam("sealed")),
    "sealed",
    "phone",
)
_DROP = Statement(delete(phones).where(phones.c.id == bindparam("phone")))

_to_json = msgspec.json.Encoder(order="sorted").encode
_digests = msgspec.json.Decoder(dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneDevice:
    """A SIP phone. ``ha1``: digest by algorithm (``MD5``, ``SHA-256``) of user, realm, password."""

    id: PhoneDeviceId
    account: AccountId
    username: str = field(repr=False)
    realm: str
    ha1: dict[str, str] = field(repr=False)
    party: PartyId | None = None
    enabled: bool = True
    created_at: Ms


class Phones:
    """SIP phones of one account."""

    __slots__ = ("_seal",)

    def __init__(self, seal: AccountSeal) -> None:
        self._seal = seal

    def add(self, tx: Transaction, phone: PhoneDevice) -> PhoneDevice:
        """Add a SIP phone."""
        lookup = self._lookup(phone.username)
        if tx.value(_BY_LOOKUP, (lookup,)) is not None:
            raise Refused("exists", "there is a phone of that name already")
        place = f"phone:{phone.id}"
        tx.run(
            _ADD,
            (
                phone.id,
                self._seal.account.id,
                lookup,
                self._seal.seal(phone.username.encode(), place + ":username"),
                self._seal.seal(_to_json({**phone.ha1, "realm": phone.realm}), place + ":ha1"),
                phone.party,
                phone.enabled,
                phone.created_at,
            ),
        )
        return phone

    def set_ha1(self, tx: Transaction, phone: PhoneDevice) -> None:
        """Give a phone another password: store its new digests."""
        ha1 = self._seal.seal(
            _to_json({**phone.ha1, "realm": phone.realm}), f"phone:{phone.id}:ha1"
        )
        tx.run(_SET_HA1, (ha1, phone.id))

    def all(self, queries: Queries) -> list[PhoneDevice]:
        """Return every phone. Purpose: authenticate."""
        return [self._read(row) for row in queries.rows(_ALL, (self._seal.account.id,))]

    def _read(self, row: Row) -> PhoneDevice:
        place = f"phone:{row[0]}"
        ha1 = _digests.decode(self._seal.open(row[4], place + ":ha1", CREDENTIAL))
        return PhoneDevice(
            id=PhoneDeviceId(row[0]),
            account=AccountId(row[1]),
            username=self._seal.open(row[3], place + ":username", USERNAME_SEALED).decode(),
            realm=ha1.pop("realm"),
            ha1=ha1,
            party=None if row[5] is None else PartyId(row[5]),
            enabled=bool(row[6]),
            created_at=row[7],
        )

    def drop(self, tx: Transaction, username: str) -> PhoneDeviceId:
        """Remove a SIP phone."""
        found = tx.value(_BY_LOOKUP, (self._lookup(username),))
        if found is None:
            raise Refused("not_found", "there is no phone of that name")
        tx.run(_DROP, (found,))
        return PhoneDeviceId(found)

    def _lookup(self, username: str) -> bytes:
        return self._seal.find(f"phone:{username}")
