"""REFER and the reports that follow it (RFC 3515, RFC 6665 for the NOTIFY's header).

::

    transferor                          transferee (agent that got the REFER)
     | REFER  Refer-To: C                 |
     |----------------------------------->|
     | 202                                |
     |<-----------------------------------|
     | NOTIFY  SIP/2.0 100 Trying         |   Subscription-State: active;expires=180
     |<-----------------------------------|
     | NOTIFY  SIP/2.0 200 OK             |   Subscription-State: terminated;reason=noresource
     |<-----------------------------------|
"""

from __future__ import annotations

from typing import Final, NamedTuple

from msgspec.structs import replace

from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import REFER_SECONDS
from ringfence.sip.grammar import value_and_params
from ringfence.sip.headers import NameAddr
from ringfence.sip.message import REASONS, Request
from ringfence.sip.replaces import Replaces

SIPFRAG: Final = "message/sipfrag"


class Report(NamedTuple):
    """What a NOTIFY says about the referred call: its status, and whether it is the last one."""

    status: int
    final: bool


def parse_notify(request: Request) -> Report:
    """Read a NOTIFY of the refer package; raises `RemoteError`.

    A last NOTIFY without a readable body counts as a report of 408: nobody knows how it went.
    """
    state = request.headers.get("Subscription-State")
    if state is None:
        raise RemoteError("a NOTIFY has no Subscription-State header")
    ended = value_and_params(state)[0].lower() == "terminated"
    status = _sipfrag_status(request.body)
    if status is None:
        if ended:
            return Report(408, final=True)
        raise RemoteError("the body of the NOTIFY is not a SIP fragment")
    return Report(status, ended or status >= 200)


def notify_event(request: Request) -> tuple[str, int | None]:
    """Return the event package of a NOTIFY and its id, the CSeq of the REFER (section 2.4.6)."""
    event = request.headers.get("Event")
    if event is None:
        raise RemoteError("a NOTIFY has no Event header")
    package, params = value_and_params(event)
    number = params.get("id")
    return package.lower(), int(
        number
    ) if number and number.isascii() and number.isdigit() else None


def _sipfrag_status(body: bytes) -> int | None:
    version, _, rest = body.partition(b"\n")[0].strip().partition(b" ")
    code = rest[:3]
    if version.upper() != b"SIP/2.0" or len(code) != 3 or not code.isdigit():
        return None
    return int(code) if 100 <= int(code) <= 699 else None


def report(request: Request, refer: int, status: int) -> None:
    """Make ``request`` the NOTIFY that reports ``status`` of the referred call."""
    final = status >= 200
    request.headers.add("Event", f"refer;id={refer}")
    request.headers.add(
        "Subscription-State",
        "terminated;reason=noresource" if final else f"active;expires={REFER_SECONDS:d}",
    )
    request.headers.add("Content-Type", f"{SIPFRAG};version=2.0")
    request.body = f"SIP/2.0 {status} {REASONS.get(status, 'Unknown')}\r\n".encode()


def target(request: Request) -> tuple[NameAddr, Replaces | None]:
    """Return where a REFER points and what it is to replace (RFC 3891 section 4)."""
    refer_to = request.refer_to
    if refer_to is None:
        raise RemoteError("a REFER has no Refer-To header")  # section 2.4.2
    for name, value in refer_to.uri.headers:
        if name.lower() == "replaces":
            return refer_to, Replaces.parse(value)
    return refer_to, None


def with_replaces(target: NameAddr, replaces: Replaces) -> NameAddr:
    """Return a Refer-To that makes the new call take the place of a dialog (RFC 5589 7.1)."""
    headers = (*target.uri.headers, ("Replaces", str(replaces)))
    return replace(target, uri=replace(target.uri, headers=headers))
