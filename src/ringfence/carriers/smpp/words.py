"""What a session is asked to do, and what it tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from ringfence.carriers.smpp.pdu import Command, Pdu, Value
from ringfence.carriers.smpp.status import Status

VERSION: Final = 0x34
"""SMPP 3.4, as a bind says it (5.2.4)."""

# -- commands --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """Who we are to the carrier. ``kind``: what the session is for."""

    kind: Command = Command.BIND_TRANSCEIVER
    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    address_range: str = ""

    def fields(self) -> dict[str, Value]:
        """Return the mandatory parameters (4.1.1)."""
        return {
            "system_id": self.system_id, "password": self.password,
            "system_type": self.system_type, "interface_version": VERSION,
            "address_range": self.address_range,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Start:
    """Bind. Not done where the carrier called us: its outbind begins it."""


@dataclass(frozen=True, slots=True)
class Submit:
    """Send a message; ``handle`` comes back with the answer."""

    handle: Any
    message: Pdu


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer a message that arrived."""

    request: Pdu
    status: int = Status.ESME_ROK


@dataclass(frozen=True, slots=True)
class HangUp:
    """Unbind."""


# -- events ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bound:
    """Messages may flow."""


@dataclass(frozen=True, slots=True)
class BindRefused:
    """The carrier does not want us."""

    status: int


@dataclass(frozen=True, slots=True)
class Answered:
    """What the carrier said to a message."""

    handle: Any
    status: int
    message_id: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message or receipt; to be answered by `Reply`."""

    message: Pdu


@dataclass(frozen=True, slots=True)
class Closed:
    """It is over. ``unanswered``: handles in the order they were sent; nobody knows of them."""

    reason: str
    unanswered: tuple[Any, ...]


Event = Bound | BindRefused | Answered | Arrived | Closed
