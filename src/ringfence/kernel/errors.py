"""Three errors say whose fault it is and what to answer.

Code never uses ``assert`` on input and never raises a bare ``Exception``. Whoever catches one of
these knows what to do: a `LocalError` is a bug of ours and goes to the log with its traceback; a
`RemoteError` is answered with its hint, counted, and forgotten; a `Refused` is shown to the
person or program that asked, with a stable code.

None of the three may carry personal data in its text: no number, name, digit or message body.
"""

from __future__ import annotations


class RingfenceError(Exception):
    """The base of every error raised on purpose in this program."""


class LocalError(RingfenceError):
    """Our own code asked a machine for something its state does not allow."""


class RemoteError(RingfenceError):
    """Bytes from outside break a rule of their protocol.

    ``hint`` is the status code the protocol would answer with (SIP 400, HTTP 400, ...); ``reason``
    is a constant sentence for the answer and the log, never a copy of the offending bytes.
    """

    __slots__ = ("hint", "reason")

    def __init__(self, reason: str, *, hint: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class Refused(RingfenceError):
    """Policy says no.

    ``code`` is stable and machine readable (``"destination_not_allowed"``); ``reason`` is a
    sentence that says what to do; ``clause`` names the promise or law behind it, if any; ``field``
    the argument it is about, where the sentence does not say.
    """

    __slots__ = ("clause", "code", "field", "reason")

    def __init__(
        self, code: str, reason: str, *, clause: str | None = None, field: str | None = None
    ) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
        self.clause = clause
        self.field = field
