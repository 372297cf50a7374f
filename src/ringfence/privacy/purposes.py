"""Why personal data is handled: the closed list of purposes, and the one in force right now.

Sealed values open only inside ``with purpose("connect_call"):``. The purpose travels with the
task or thread (a context variable), so a function three calls down cannot open a number for a
reason its caller never gave, and what is opened is written into the audit log with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from ringfence.kernel.errors import LocalError, Refused

if TYPE_CHECKING:
    from ringfence.privacy.roles import Identity

Basis = Literal["contract", "legal_obligation", "legitimate_interest", "consent", "none"]
"""On what ground: GDPR 6(1) letters b, c, f and a; ``none`` where no person is concerned."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """One reason to handle data.

    ``says`` is the sentence the notice prints; ``basis`` the legal ground it rests on.
    """

    key: str
    says: str
    basis: Basis


PURPOSES: Mapping[str, Purpose] = MappingProxyType({
    purpose.key: purpose
    for purpose in (
        Purpose("operate", "To run and mend the exchange.", "none"),
        Purpose("seal", "To keep stored data unreadable to others.", "none"),
        Purpose("connect_call", "To connect the call somebody asked for.", "contract"),
        Purpose("call_record", "To keep the record of a call the law and billing ask for.",
                "legal_obligation"),
        Purpose("billing", "To charge for calls and to answer questions about charges.",
                "contract"),
        Purpose("record_call", "To record a call where the law and the caller allow it.",
                "consent"),
        Purpose("deliver_content", "To store and play what was recorded or left as a message.",
                "contract"),
        Purpose("carry_message", "To carry the text messages people and this business exchange.",
                "contract"),
        Purpose("take_payment", "To have the payments charged that people make on calls.",
                "contract"),
        Purpose("give_number", "To give somebody a number where the law asks whose it is.",
                "legal_obligation"),
        Purpose("authenticate", "To know that somebody is who they say they are.", "contract"),
        Purpose("prevent_abuse", "To stop fraud and attacks on the exchange.",
                "legitimate_interest"),
        Purpose("answer_demand", "To obey a lawful demand of an authority.", "legal_obligation"),
        Purpose("notify", "To tell people what the service needs them to know.", "contract"),
        Purpose("market", "To tell people about products, where they agreed to it.", "consent"),
        Purpose("answer_rights", "To answer a person who asks about their own data.",
                "legal_obligation"),
        Purpose("honour_choices", "To know what somebody agreed to or refused, and to act on it.",
                "legal_obligation"),
        Purpose("erase", "To erase what somebody asked to be erased, or what is too old.",
                "legal_obligation"),
        Purpose("resolve_complaint", "To find out why a call went wrong, while a ticket is open.",
                "legitimate_interest"),
    )
})  # fmt: skip
"""Read-only: a new purpose is a change of the policy, not of a running program."""


class _Force(NamedTuple):
    """What is in force: who handles data, in which role, for which purpose, of which alone."""

    role: str = "system"
    actor: str = "system"
    declared: frozenset[str] | None = None
    key: str | None = None
    who: Identity | None = None


_FORCE: ContextVar[_Force] = ContextVar("ringfence_in_force", default=_Force())  # noqa: B039 - frozen


class purpose:  # noqa: N801 - a block, written like the others
    """Declare why the data opened inside this block is handled, and for whom.

    ``actor``: a role or an id, never a name; inside another block None keeps that block's actor,
    outside it means the exchange itself. Raises `LocalError` for a key that is not on the list,
    `Refused` (``purpose_not_declared``) inside `acting` where whoever acts did not declare it.
    """

    __slots__ = ("_actor", "_key", "_token")

    def __init__(self, key: str, *, actor: str | None = None) -> None:
        self._key = key
        self._actor = actor

    def __enter__(self) -> None:
        key = self._key
        if key not in PURPOSES:
            raise LocalError(f"no such purpose: {key}")
        role, actor, declared, _, who = _FORCE.get()
        if declared is not None and key not in declared:
            raise Refused("purpose_not_declared", f"nobody said that this is done for {key}")
        self._token = _FORCE.set(_Force(role, self._actor or actor, declared, key, who))

    def __exit__(self, *_: object) -> None:
        _FORCE.reset(self._token)


class acting:  # noqa: N801 - a block, written like the others
    """Say who acts inside this block: a role of ``privacy.roles``, and for which purposes alone.

    ``declared``: None for every purpose there is. ``key``: the one in force at once, "" for none.
    ``who``: what an edge found out about them; None for the exchange itself.
    Whatever is opened inside is opened for ``role``. A class, because every request passes it.
    """

    __slots__ = ("_force", "_token")

    def __init__(
        self,
        role: str,
        *,
        actor: str,
        declared: frozenset[str] | None,
        key: str = "",
        who: Identity | None = None,
    ) -> None:
        self._force = _Force(role, actor, declared, key or None, who)

    def __enter__(self) -> None:
        self._token = _FORCE.set(self._force)

    def __exit__(self, *_: object) -> None:
        _FORCE.reset(self._token)


def exchange_itself() -> acting:
    """What begins inside this block is carried out by the exchange, whoever asked for it.

    A call that somebody placed outlives the request: what the call opens later is opened for the
    call, not for the person who placed it.
    """
    return acting("system", actor="system", declared=None)


def current_role() -> str:
    """Return in which role data is handled; ``system`` for the exchange itself."""
    return _FORCE.get().role


def current() -> str | None:
    """Return the purpose in force, or None outside every block."""
    return _FORCE.get().key


def current_actor() -> str:
    """Return for whom the data is handled: a role or an id; ``system`` for the exchange itself."""
    return _FORCE.get().actor


def current_identity() -> Identity | None:
    """Return who asked, as the edge found out; None for the exchange itself."""
    return _FORCE.get().who


def require(allowed: tuple[str, ...]) -> str:
    """Return the purpose in force if it is one of ``allowed``, else raise `Refused`.

    Refuses with ``purpose_missing`` outside every block and ``purpose_not_allowed`` inside a
    block whose purpose the data was not collected for.
    """
    key = _FORCE.get().key
    if key is None:
        raise Refused("purpose_missing", "declare the purpose before opening personal data")
    if key not in allowed:
        raise Refused("purpose_not_allowed", f"this data may not be opened for {key}")
    return key
