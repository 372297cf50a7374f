"""Which key a record is sealed under: the person's, or the account's where nobody is concerned."""

from __future__ import annotations

from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.ids import AccountId, PartyId
from ringfence.privacy.vault import Vault
from ringfence.storage.accounts import Account, Accounts
from ringfence.storage.parties import Parties
from ringfence.storage.unit_of_work import Queries


class KeyRing:
    """Finds keys for records, on any thread."""

    __slots__ = ("_accounts", "_known", "_parties", "_vault")

    def __init__(self, vault: Vault, accounts: Accounts, parties: Parties) -> None:
        self._vault = vault
        self._accounts = accounts
        self._parties = parties
        self._known: dict[AccountId, Account] = {}

    def account(self, queries: Queries, account: AccountId) -> Account:
        """Return an account; raises `LocalError` for one that does not exist."""
        found = self._known.get(account)
        if found is None:
            found = self._accounts.get(queries, account)
            if found is None:
                raise LocalError("no such account")
            self._known[account] = found
        return found

    def serial(self, queries: Queries, account: AccountId | None, party: PartyId | None) -> int:
        """Return the serial of the party's key, or of the account's if there is no such party.

        An erased party has no key any more: what is written about the call of an erased person is
        the account's, as is what is about nobody.
        """
        if party is not None:
            serial = self._parties.key_serial(queries, party)
            if serial is not None and self._exists(serial):
                return serial
        if account is None:
            raise LocalError("a record belongs to a party or to an account")
        return self.account(queries, account).seal_key

    def standing(self, serial: int | None) -> int | None:
        """Return the serial if its key was not destroyed."""
        return serial if serial is not None and self._exists(serial) else None

    def _exists(self, serial: int) -> bool:
        try:
            self._vault.keys.key(serial)
        except Refused as refused:
            if refused.code == "erased":
                return False
            raise
        return True
