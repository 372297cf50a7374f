"""Who calls, and what the called side may see of it (RFC 3323, RFC 3325).

::

    from           named by                          to a phone of ours   to a trunk
    -------------  --------------------------------  -------------------  ------------------------
    a trunk        P-Asserted-Identity, else From    number and name      a number of ours
    a phone        its password; From names it       address and name     a number of ours
    either, with   nobody: a trunk's caller is       Anonymous            Anonymous; a number of
    Privacy: id,   withheld here, too                                     ours with Privacy: id
    user, header                                                          for the carrier alone
"""

from __future__ import annotations

from typing import Final

from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.limits import CALLER_NAME_CHARS
from ringfence.kernel.phone import Phone
from ringfence.kernel.values import Hidden, Value
from ringfence.sip.grammar import split_list
from ringfence.sip.headers import NameAddr
from ringfence.sip.message import Request
from ringfence.sip.uri import Uri

ANONYMOUS: Final = NameAddr("Anonymous", Uri("sip", "anonymous", "anonymous.invalid"))
"""RFC 3323 4.1.1.3."""

_WITHHELD: Final = frozenset({"anonymous", "unknown", "restricted", "private", "unavailable"})
_HIDES: Final = frozenset({"id", "user", "header"})
"""The values of Privacy that ask for the identity to be hidden; ``session`` and ``none`` do not."""

NO_HEADERS: Final[tuple[tuple[str, str], ...]] = ()


class Identity(Value, frozen=True, kw_only=True):
    """Who calls. ``address``: ``""`` where it is withheld. ``display``: for phones of ours alone.

    ``private``: whoever is called is shown nothing, even where we know.
    """

    address: Hidden[Phone | str]
    display: Hidden[str] = ""
    private: bool = False


def stated(
    request: Request, *, trusted: bool, phone: str | None, region: str | None = None
) -> Identity:
    """Read who calls from an INVITE.

    ``trusted``: it came by a trunk, whose P-Asserted-Identity counts. ``phone``: the address of
    the phone of ours that proved itself, whatever it says; None where none did. ``region``:
    completes numbers that a trunk writes nationally.
    """
    identity = request.from_
    if trusted:
        identity = _asserted(request) or identity
    private = wants_privacy(request)
    display = "".join(one for one in identity.display if one.isprintable())[:CALLER_NAME_CHARS]
    address = address_of(identity, region)
    if phone is not None:
        hidden = private or not address
        return Identity(address=phone, display="" if hidden else display, private=hidden)
    if private or not address:
        return Identity(address="", private=True)
    return Identity(address=address, display=display)


def wants_privacy(request: Request) -> bool:
    """Whether a request asks that its sender be shown to nobody (RFC 3323 4.2, RFC 3325 9.3)."""
    lines = request.headers.all("Privacy")
    # Semicolons part the values; some write commas, and who hides must not be shown for that.
    values = {one.strip().lower() for line in lines for one in line.replace(",", ";").split(";")}
    return not _HIDES.isdisjoint(values)


def address_of(identity: NameAddr, region: str | None = None) -> Phone | str:
    """Whose identity it is: a number, a SIP address, ``""`` where it is withheld."""
    uri = identity.uri
    user = uri.subscriber
    if user.lower() in _WITHHELD or uri.host == ANONYMOUS.uri.host:
        return ""
    try:
        return Phone.received(user, region=region)
    except Refused:
        return f"sip:{user}@{uri.host}" if user else f"sip:{uri.host}"


def to_phone(caller: Identity | None, domain: str) -> NameAddr:
    """The From that a phone of ours sees."""
    if caller is None or caller.private or not caller.address:
        return ANONYMOUS
    if isinstance(caller.address, Phone):
        return NameAddr(caller.display, Uri("sip", caller.address.e164, domain))
    try:
        return NameAddr(caller.display, Uri.parse(caller.address))
    except RemoteError:
        return ANONYMOUS


def to_trunk(
    caller: Identity | None, shown: NameAddr
) -> tuple[NameAddr, tuple[tuple[str, str], ...]]:
    """The From that a carrier gets, and what goes with it; ``shown``: what it would get else.

    A phone of ours that hides itself is hidden from whoever is called; the carrier is told which
    number of ours is to be charged, and to keep it to itself (RFC 3325 9.1).
    """
    if caller is None or not caller.private or not caller.address:
        return shown, NO_HEADERS
    ours = () if shown.uri == ANONYMOUS.uri else (("P-Asserted-Identity", f"<{shown.uri}>"),)
    return ANONYMOUS, (*ours, ("Privacy", "id"))


def _asserted(request: Request) -> NameAddr | None:
    line = request.headers.get("P-Asserted-Identity")
    if line is None:
        return None
    try:
        return NameAddr.parse(split_list(line)[0])
    except (RemoteError, IndexError):
        return None  # the From field is there in any case
