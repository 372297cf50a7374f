"""Which number a leg shows in place of whoever calls: the same in the INVITE and in the record.

::

    rings                     callerId              without callerId
    ------------------------  --------------------  ------------------------------------------
    a number, by a trunk      that, where we may    the number of ours that the call is with
    a SIP address elsewhere   that                  the number of ours that the call is with
    a phone or app of ours    that                  whoever calls

A caller's own number goes to no carrier and no stranger (SHR-04), whatever Twilio passes on.
"""

from __future__ import annotations

from ringfence.calls.commands import Endpoint, ToPhone, ToSip
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.phone import Phone
from ringfence.sip.uri import Uri
from ringfence.switch.directory import DeviceEntry, Directory
from ringfence.switch.identity import Identity
from ringfence.switch.live import LiveCall


def caller_of(live: LiveCall) -> Identity | None:
    """On whose behalf a call rings somebody: who called it, else what its program shows."""
    if live.caller is not None or live.program is None:
        return live.caller
    return Identity(address=live.program.context.caller)


def number_of_ours(live: LiveCall) -> Phone | None:
    """The number of ours that a call is with: the one dialled, or the one that a call shows."""
    if live.program is None:
        return None
    context = live.program.context
    ours = context.called if context.direction == "inbound" else context.caller
    return ours if isinstance(ours, Phone) else None


def shown_by(live: LiveCall, endpoint: Endpoint, wanted: Phone | None, domain: str) -> Phone | None:
    """Return the number that a leg of a call shows; None where it shows its caller, or nobody.

    ``wanted``: by the program; ``domain``: ours.
    """
    caller, known = caller_of(live), live.tenant.directory
    hidden = caller is not None and caller.private and bool(caller.address)
    match endpoint:
        case ToPhone(vouched=vouched) if not hidden:
            return wanted if vouched else known.shown(wanted, called=number_of_ours(live))
        case ToPhone():
            return None
        case ToSip(uri=uri) if wanted is None and not hidden and not _is_here(known, uri, domain):
            return known.shown(None, called=number_of_ours(live))
        case _:
            return wanted


def phone_at(known: Directory, uri: Uri, domain: str) -> DeviceEntry | None:
    """Return the phone of ours that a SIP address names, None where it is an address elsewhere.

    Raises `Refused` (``not_registered``) for a name that does not register at a domain of ours.
    """
    host, user = uri.host.lower(), uri.user or ""
    at = known.domains.get(host)
    if at is not None and user not in at.registrars:
        raise Refused("not_registered", "nobody of that name registers at that SIP domain")
    if at is not None or host == domain.lower():
        return known.devices.get(user)
    return None


def _is_here(known: Directory, uri: str, domain: str) -> bool:
    """Whether a SIP address leads to a phone of ours, or to nobody."""
    if uri.startswith("client:"):
        return True
    try:
        return phone_at(known, Uri.parse(uri), domain) is not None
    except (Refused, RemoteError):
        return True
