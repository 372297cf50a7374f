"""What the use cases of the notification log answer."""

from __future__ import annotations

import msgspec


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """An exchange with a server of the account's, or what was wrong with a document of its."""

    sid: str
    call: str | None
    kind: str
    """document, media, problem, or of a callback: status, recording, conference, queue, ..."""
    at: int
    elapsed_ms: int
    method: str
    status: int
    """Of HTTP; 0: no answer came, and ``failure`` says why."""
    failure: str | None = None
    code: int | None = None
    """Twilio's number of what went wrong."""
    level: str | None = None
    """error or warning, where something went wrong."""
    subject: str | None = None
    """The conference or message it is about, where that is not the call."""
    event: str | None = None
    number: str | None = None
    """The SID of our number in the call."""
    flow: str | None = None
    delivery: str | None = None
    """The callback of whose tries this is one."""
    attempt: int = 1
    source: str | None = None
    """``replay`` or ``simulation`` where no call asked for it."""
    request_size: int
    response_size: int
    kept: bool
    """Whether what was said is kept."""
    url: str | None = None
    params: list[tuple[str, str]] | None = None
    sent: str | None = None
    """The JSON that was posted instead of a form."""
    headers: list[tuple[str, str]] | None = None
    """Of the answer."""
    content_type: str | None = None
    body: str | None = None
    cut: bool | None = None


class NotificationPage(msgspec.Struct, frozen=True, kw_only=True):
    """Exchanges, newest first. ``next``: ask ``before`` it for the next page."""

    notifications: list[Notification]
    next: str | None = None


class AppLogging(msgspec.Struct, frozen=True, kw_only=True):
    """A number or a flow, and whether what its calls' exchanges say is kept."""

    app: str
    name: str
    on: bool


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A callback that waits, or that was given up."""

    sid: str
    call: str | None
    subject: str
    kind: str
    event: str | None
    source: str | None
    state: str
    """ready, behind (an earlier one of the same subject and server is not over), dead."""
    attempts: int
    error: str | None
    """Why the last try failed: ``answered_503``, ``fetch_timed_out``, ..."""
    created: int
    due: int
    """When it is tried next; of a dead one, when it was given up."""


class DeliveryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Callbacks, newest first. ``next``: ask ``before`` it for the next page."""

    deliveries: list[Delivery]
    next: str | None = None


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent again. ``left_out``: SIDs that cannot be, with the reason."""

    deliveries: list[Delivery]
    left_out: dict[str, str]
