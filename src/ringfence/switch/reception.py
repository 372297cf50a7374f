"""Whose call it is: every INVITE is handed to the account that is called, or whose phone calls.

who calls                      whose it is
--------------------------     ------------------------------------------
a phone                        the phone's account
anybody, to a SIP domain       the domain's account
anybody, to a number           the number's account
anybody, to anything else      the installation's own account
"""

from __future__ import annotations

from ringfence.kernel.ids import AccountId
from ringfence.sip import events as wire
from ringfence.switch.arrivals import Arrivals, names_of
from ringfence.switch.directory import Directory


class Reception:
    """Knows the arrivals of every account. ``directory``: of the installation's own."""

    def __init__(self, directory: Directory, own: Arrivals) -> None:
        self._directory = directory
        self._own = own
        self._arrivals: dict[AccountId, Arrivals] = {directory.account: own}

    def take_in(self, account: AccountId, arrivals: Arrivals) -> None:
        """An account is there, too."""
        self._arrivals[account] = arrivals

    def invite(self, event: wire.InviteReceived) -> None:
        """Let an account begin a call, or refuse it."""
        account = self._whose(event)
        arrivals = self._own if account is None else self._arrivals.get(account, self._own)
        arrivals.invite(event)

    def _whose(self, event: wire.InviteReceived) -> AccountId | None:
        roll = self._directory.roll
        if event.username:
            return roll.phones.get(event.username)
        host = roll.hosts.get(event.request.uri.host.lower())
        if host is not None:
            return host
        for name in names_of(event, self._directory.trunks):
            number = roll.whose(name)
            if number is not None:
                return number
        return None
