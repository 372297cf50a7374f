"""The life of an account, and what it may do meanwhile.

    trial ─upgrade─▶ full ─suspend─▶ suspended ─resume─▶ full
      ├─suspend─▶ trial_suspended ─resume─▶ trial
      └──────────────── close, from anywhere ──────────▶ closed

A trial account lives on its own credit; for a full one below another, that one pays
(``storage.ledger``). A suspended account is not silenced towards the people who talk to it: calls
in progress end normally, rights requests and exports go on, its data is kept. A closed one only
waits for its data to be erased.
"""

from __future__ import annotations

from typing import Literal

from ringfence.kernel.errors import LocalError, Refused

AccountState = Literal["trial", "trial_suspended", "full", "suspended", "closed"]
AccountTrigger = Literal["upgrade", "suspend", "resume", "close"]
Action = Literal["receive_call", "place_call", "record", "configure", "read", "exercise_rights"]
"""What an account may want to do; ``exercise_rights``: export, erase, object."""

ACCOUNT_TABLE: dict[AccountState, dict[AccountTrigger, AccountState]] = {
    "trial": {"upgrade": "full", "suspend": "trial_suspended", "close": "closed"},
    "trial_suspended": {"resume": "trial", "close": "closed"},
    "full": {"suspend": "suspended", "close": "closed"},
    "suspended": {"resume": "full", "close": "closed"},
    "closed": {},
}
"""Every transition of an account."""

MAY: dict[AccountState, frozenset[Action]] = {
    "trial": frozenset(
        {"receive_call", "place_call", "record", "configure", "read", "exercise_rights"}
    ),
    "trial_suspended": frozenset({"read", "exercise_rights"}),
    "full": frozenset(
        {"receive_call", "place_call", "record", "configure", "read", "exercise_rights"}
    ),
    "suspended": frozenset({"read", "exercise_rights"}),
    "closed": frozenset({"exercise_rights"}),
}
"""What an account may do in each state."""


def step(state: AccountState, trigger: AccountTrigger) -> AccountState:
    """Return the next state; `LocalError` where there is no such transition."""
    goal = ACCOUNT_TABLE[state].get(trigger)
    if goal is None:
        raise LocalError(f"an account that is {state} cannot {trigger}")
    return goal


def require(state: AccountState, action: Action) -> None:
    """Raise `Refused` (``account_suspended``, ``account_closed``) unless the account may."""
    if action in MAY[state]:
        return
    if state == "closed":
        raise Refused("account_closed", "the account is closed")
    raise Refused("account_suspended", "the account is suspended; ask its operator to resume it")
