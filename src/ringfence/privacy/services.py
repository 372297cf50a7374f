"""Which purposes are at work: those of the services this installation uses, and no others.

A service that is switched off handles nothing: its purpose is inactive, what would be done for it
is refused, and the notice neither lists the purpose nor prints the clauses that speak of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from ringfence.kernel.errors import Refused

CLAUSES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "record_call": frozenset({"TEL-07", "TEL-09", "CLS-09"}),
        "market": frozenset({"MSG-03", "MSG-04", "MSG-05", "PUR-06", "CON-05"}),
        "notify": frozenset({"MSG-01", "MSG-06", "TEL-01"}),
    }
)
"""Purposes that can be switched off, and the clauses that go with them."""


_OFF: Mapping[str, str] = MappingProxyType(
    {
        "record_call": "recording is switched off here: the setting recording is never",
        "market": "no advertising goes out here: it needs the settings smtp_host and public_url, "
                  "which the link that ends it leads to",
        "notify": "no e-mail goes out here: set smtp_host",
    }
)  # fmt: skip
"""What is said where one is refused: which settings switch it on."""


def inactive(*, records: bool, mails: bool, advertises: bool) -> frozenset[str]:
    """Return the purposes of services that are off.

    ``records``: conversations may be recorded; ``mails``: e-mail goes out; ``advertises``: a link
    that ends advertising can be given, without which none goes out.
    """
    off = {
        "record_call": not records,
        "notify": not mails,
        "market": not (mails and advertises),
    }
    return frozenset(key for key, is_off in off.items() if is_off)


def require_active(purpose: str, off: Collection[str]) -> None:
    """Raise `Refused` (``service_off``) where nothing is done for a purpose here."""
    if purpose in off:
        raise Refused("service_off", _OFF[purpose], clause="PUR-08")


def spoken_of(clause: str, off: Collection[str]) -> bool:
    """Whether the notice speaks of a clause while some purposes are off."""
    return not any(clause in CLAUSES.get(purpose, ()) for purpose in off)
