"""A re-INVITE of ours and the ACK to any 2xx (RFC 3261 13.2.2.4, 14.1)."""

from __future__ import annotations

from typing import Protocol

from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import DIGEST_TRIES
from ringfence.sip.auth import DigestClient
from ringfence.sip.body import SDP
from ringfence.sip.core import Core
from ringfence.sip.dialog import Dialog
from ringfence.sip.events import Transmit
from ringfence.sip.message import Request, Response
from ringfence.sip.transaction import Client


def ack(core: Core, dialog: Dialog, invite: Request, answer: bytes) -> Transmit:
    """Build the ACK to a 2xx: a request of its own, with the INVITE's number and credentials."""
    _, via = core.via(dialog.peer)
    request = dialog.request("ACK", via, number=invite.cseq.number, body=answer)
    fields, asked = request.headers.fields, invite.headers.fields
    for name in ("Authorization", "Proxy-Authorization"):
        if name in asked:
            fields[name] = asked[name]
    if answer:
        fields["Content-Type"] = [SDP]
    return Transmit(request.to_bytes(), dialog.peer)


class Asker(Protocol):
    """Who wants the session changed."""

    def complete(self, request: Request, /) -> None:
        """Add Contact, session timer and offer."""
        ...

    def accepted(self, response: Response, now: Ms, /) -> None:
        """A 2xx came."""
        ...

    def refused(self, status: int, response: Response | None, now: Ms, /) -> None:
        """Anything else came, or (408, 503) nothing."""
        ...


class Reinvite:
    """One re-INVITE of ours: signs where asked, acknowledges every copy of the 2xx."""

    __slots__ = (
        "_ack",
        "_asker",
        "_client",
        "_core",
        "_dialog",
        "_digest",
        "_tries",
        "answered",
        "offers",
    )

    def __init__(
        self, core: Core, dialog: Dialog, asker: Asker, digest: DigestClient | None
    ) -> None:
        self._core = core
        self._dialog = dialog
        self._asker = asker
        self._digest = digest
        self._client: Client | None = None
        self._tries = 0
        self._ack: Transmit | None = None
        self.offers = False
        """Whether it carried our offer; if not, the 2xx carries theirs and the ACK our answer."""
        self.answered = False
        """Whether a 2xx has come."""

    def start(self, now: Ms) -> None:
        """Send it."""
        branch, via = self._core.via(self._dialog.peer)
        request = self._dialog.request("INVITE", via)
        self._asker.complete(request)
        self.offers = bool(request.body)
        if self._digest is not None:
            self._digest.sign(request)
        self._client = self._core.send(request, branch, self._dialog.peer, self, now)

    def stop(self, now: Ms) -> None:
        """Give up waiting for the answer."""
        if self._client is not None:
            self._core.abandon(self._client, now)

    def on_response(self, client: Client, response: Response, now: Ms) -> None:
        """A response came."""
        status = response.status
        if status < 200 or client is not self._client:
            return
        if status < 300:
            if self._ack is not None:
                self._core.output.append(self._ack)
            elif not self.answered:
                self.answered = True
                if self.offers:
                    self.acknowledge(b"")
                self._asker.accepted(response, now)
        elif status in {401, 407} and self._may_sign(response):
            self._tries += 1
            self.start(now)
        else:
            self._asker.refused(status, response, now)

    def on_failure(self, client: Client, status: int, now: Ms) -> None:
        """No final response will come."""
        if client is self._client:
            self._asker.refused(status, None, now)

    def acknowledge(self, answer: bytes) -> None:
        """Send the ACK; it is repeated for every copy of the 2xx."""
        if self._client is not None and self._ack is None:
            self._ack = ack(self._core, self._dialog, self._client.request, answer)
            self._core.output.append(self._ack)

    def _may_sign(self, response: Response) -> bool:
        digest = self._digest
        return digest is not None and self._tries < DIGEST_TRIES and digest.take(response)
