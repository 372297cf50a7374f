"""Session timers (RFC 4028): who has to show, and by when, that the call is still alive.

::

    agreed          refresh due           too late: BYE          expires
       |-----------------|----------------------|-------------------|
       0            interval / 2     interval - min(32 s, interval/3)     interval

A refresh is any re-INVITE or UPDATE with a 2xx; it starts the interval anew. ``uac`` and ``uas``
are the two sides of *that* request, so the words change sides when the other side refreshes.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from ringfence.kernel.clock import SECOND, Ms
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import SESSION_SECONDS, SESSION_SECONDS_MIN
from ringfence.sip.grammar import value_and_params
from ringfence.sip.headers import parse_delta
from ringfence.sip.message import Message, Request, Response

Side = Literal["uac", "uas"]
Due = Literal["refresh", "expired"]

TIMER: Final = "timer"
"""The option tag."""


class SessionExpires(NamedTuple):
    """The Session-Expires header: ``1800;refresher=uas``."""

    seconds: int
    refresher: Side | None = None

    @classmethod
    def parse(cls, text: str) -> SessionExpires:
        """Read the value; raises `RemoteError`."""
        seconds, params = value_and_params(text)
        side = (params.get("refresher") or "").lower()
        if side not in {"", "uac", "uas"}:
            raise RemoteError("the refresher is neither uac nor uas")
        refresher: Side | None = "uac" if side == "uac" else "uas" if side == "uas" else None
        return cls(parse_delta(seconds), refresher)

    def __str__(self) -> str:
        return f"{self.seconds};refresher={self.refresher}" if self.refresher else f"{self.seconds}"


def session_expires(message: Message) -> SessionExpires | None:
    """Return the Session-Expires of a message, or None."""
    text = message.headers.get("Session-Expires")
    return None if text is None else SessionExpires.parse(text)


def min_se(message: Message) -> int:
    """Return the least interval the sender of a message takes, at least the RFC's 90 s."""
    text = message.headers.get("Min-SE")
    return SESSION_SECONDS_MIN if text is None else max(parse_delta(text), SESSION_SECONDS_MIN)


def agreed_by(response: Response) -> SessionExpires | None:
    """Return the Session-Expires of their 2xx; one that cannot be read is none."""
    try:
        return session_expires(response)
    except RemoteError:
        return None


def least_of(response: Response) -> int:
    """Return the interval a 422 of theirs insists on (section 7.1)."""
    try:
        return min_se(response)
    except RemoteError:
        return SESSION_SECONDS_MIN


def too_small(request: Request) -> bool:
    """Whether a request must be refused with 422 and our Min-SE (section 9).

    Raises `RemoteError` where its timer headers make no sense; after this `agree` does not.
    """
    asked = session_expires(request)
    min_se(request)
    return asked is not None and asked.seconds < SESSION_SECONDS_MIN


def agree(request: Request) -> SessionExpires | None:
    """Return the Session-Expires of our 2xx to ``request``, None for no timer (section 9).

    A caller that knows timers but did not ask gets one, with itself as the refresher: a call
    whose far end has vanished must come to an end. Require: timer goes with refresher ``uac``.
    """
    asked = session_expires(request)
    able = TIMER in request.supported
    if asked is None:
        return SessionExpires(max(SESSION_SECONDS, min_se(request)), "uac") if able else None
    # Table 2: a caller without timers cannot refresh; else its wish counts.
    return SessionExpires(asked.seconds, (asked.refresher or "uac") if able else "uas")


class SessionTimer:
    """The timer of one call; off until `set`."""

    __slots__ = ("_expires_at", "_refresh_at", "ours", "seconds")

    def __init__(self) -> None:
        self.seconds = 0
        self.ours = False
        self._refresh_at: Ms | None = None
        self._expires_at: Ms | None = None

    def set(self, agreed: SessionExpires | None, *, side: Side, now: Ms) -> None:
        """Start anew with what a 2xx said; ``side`` is ours in that transaction.

        None ends the timer (section 7.2: no Session-Expires in the 2xx, no session expiration).
        """
        if agreed is None:
            self.stop()
            return
        self.seconds = max(agreed.seconds, SESSION_SECONDS_MIN)
        self.ours = (agreed.refresher or "uac") == side
        whole = self.seconds * SECOND
        self._refresh_at = Ms(now + whole // 2) if self.ours else None
        # Section 10: BYE a little before the session expires.
        self._expires_at = Ms(now + whole - min(32 * SECOND, whole // 3))

    def stop(self) -> None:
        """Forget the timer: the call is over or has none."""
        self.seconds = 0
        self._refresh_at = self._expires_at = None

    def offer(self) -> SessionExpires | None:
        """Return the Session-Expires of our next re-INVITE or UPDATE; the roles stay (7.4)."""
        return SessionExpires(self.seconds, "uac" if self.ours else "uas") if self.seconds else None

    def deadline(self) -> Ms | None:
        """Return when something is due."""
        return self._expires_at if self._refresh_at is None else self._refresh_at

    def fire(self, now: Ms) -> Due | None:
        """Say what is due: our refresh (said once), or the end of a call nobody refreshed."""
        if self._expires_at is not None and self._expires_at <= now:
            self.stop()
            return "expired"
        if self._refresh_at is not None and self._refresh_at <= now:
            self._refresh_at = None
            return "refresh"
        return None
