"""Sealing what belongs to an account: its set-up, under the account's own key."""

from __future__ import annotations

from ringfence.privacy.labels import CONFIG_SEALED, Label
from ringfence.privacy.vault import Vault
from ringfence.storage.accounts import Account
from ringfence.storage.openings import Openings


class AccountSeal:
    """Seals, opens and finds with the keys of one account."""

    __slots__ = ("_openings", "_vault", "account")

    def __init__(self, account: Account, vault: Vault, openings: Openings) -> None:
        self.account = account
        self._vault = vault
        self._openings = openings

    def seal(self, plain: bytes, context: str) -> bytes:
        """Return ``plain`` sealed for the place ``context``."""
        return self._vault.seal(self.account.seal_key, plain, context=context)

    def seal_text(self, plain: str | None, context: str) -> bytes | None:
        """Return a text sealed, None for None."""
        return None if plain is None else self.seal(plain.encode(), context)

    def open(self, sealed: bytes, context: str, label: Label = CONFIG_SEALED) -> bytes:
        """Return what was sealed, under the purpose in force (one of the label's)."""
        return self._openings.open(
            sealed, serial=self.account.seal_key, context=context, label=label, read=bytes
        )

    def open_text(
        self, sealed: bytes | None, context: str, label: Label = CONFIG_SEALED
    ) -> str | None:
        """Return a sealed text, None for None."""
        return None if sealed is None else self.open(sealed, context, label).decode()

    def find(self, text: str) -> bytes:
        """Return the lookup of a text under the account's pepper."""
        return self._vault.find(self.account.pepper, text)
