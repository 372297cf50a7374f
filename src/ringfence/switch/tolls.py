"""Toll fraud: where calls at our expense may go.

A stolen phone password is worth money because some numbers pay whoever owns them. So prefixes that
cost far more than an ordinary call are off until the operator names them, and outgoing calls are
counted against a rate per minute that a person does not reach.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from ringfence.kernel.clock import Clock
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import OUTGOING_CALLS_PER_MINUTE
from ringfence.kernel.phone import Phone

HIGH_COST = (
    "+1242", "+1246", "+1264", "+1268", "+1284", "+1345", "+1441", "+1473", "+1649", "+1664",
    "+1721", "+1758", "+1767", "+1784", "+1809", "+1829", "+1849", "+1868", "+1869", "+1876",
    "+1900", "+216", "+220", "+221", "+222", "+223", "+224", "+225", "+227", "+228", "+231",
    "+232", "+235", "+236", "+239", "+240", "+243", "+245", "+246", "+247", "+248", "+252",
    "+257", "+261", "+263", "+269", "+290", "+373", "+375", "+381",
    "+387", "+500", "+53", "+592", "+670", "+672", "+674", "+675", "+676", "+677",
    "+678", "+679", "+682", "+683", "+685", "+686", "+687", "+688", "+689", "+690", "+691",
    "+692", "+850", "+870", "+878", "+881", "+882", "+883", "+888", "+960", "+979", "+991",
)  # fmt: skip
"""Prefixes that international revenue-share fraud uses most: islands, satellites, premium rate."""


_NATIONAL_DIGITS: Final = 10
"""No national number that these prefixes could be taken for is longer."""


class Tolls:
    """Judges one outgoing call at a time."""

    __slots__ = ("_allowed", "_clock", "_frozen", "_placed", "_spent")

    def __init__(
        self,
        clock: Clock,
        allowed: tuple[str, ...] = (),
        *,
        frozen: Callable[[], bool] = lambda: False,
        spent: Callable[[], bool] = lambda: False,
    ) -> None:
        """``frozen``: whether the account was stolen and places no calls until it is resumed.

        ``spent``: whether there is no credit left for calls that cost.
        """
        self._clock = clock
        self._frozen = frozen
        self._spent = spent
        self._allowed = allowed
        self._placed: deque[int] = deque()

    def check(self, phone: Phone) -> None:
        """Count the call, or raise `Refused`.

        ``account_suspended``, ``no_credit``, ``destination_not_allowed``, ``call_rate``.
        """
        self.check_running()
        self.check_credit()
        number = phone.e164
        if len(number) > _NATIONAL_DIGITS and not number.startswith("+"):
            number = f"+{number}"  # no country of ours was set to complete it, and carriers do
        if number.startswith(HIGH_COST) and not number.startswith(self._allowed or ("-",)):
            raise Refused(
                "destination_not_allowed",
                "calls to that country or service cost far more than others; name its prefix"
                " in allow_prefixes to permit them",
            )
        now = self._clock.now()
        placed = self._placed
        while placed and placed[0] <= now - 60_000:
            placed.popleft()
        if len(placed) >= OUTGOING_CALLS_PER_MINUTE:
            raise Refused("call_rate", "too many outgoing calls in a minute; wait one")
        placed.append(now)

    def check_running(self) -> None:
        """Raise `Refused` (``account_suspended``) where the account was stopped: nobody is called.

        Not at a SIP address either: what that costs whoever is called, nobody here knows.
        """
        if self._frozen():
            raise Refused("account_suspended", "the account is stopped; its operator resumes it",
                          clause="ACC-07")  # fmt: skip

    def check_credit(self) -> None:
        """Raise `Refused` (``no_credit``) where calls to numbers cost and nothing is left."""
        if self._spent():
            raise Refused(
                "no_credit", "the account has no credit left; top it up: ringfence balance credit"
            )
