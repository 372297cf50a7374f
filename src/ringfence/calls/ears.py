"""Commands that let something else hear the first leg: a recogniser of speech, a server."""

from __future__ import annotations

from ringfence.calls.hearing import Wish
from ringfence.calls.stream import StreamOrder
from ringfence.calls.targets import RecordingNotice
from ringfence.kernel.ids import StreamId
from ringfence.kernel.values import Hidden, Value


class Listen(Value, frozen=True, kw_only=True):
    """Listen to the first leg for words: `SpeechHeard`, until `StopListening` or `HearingOver`."""

    wish: Wish


class StopListening(Value, frozen=True, kw_only=True):
    """Listen no longer; not listening is fine."""


class StartStream(Value, frozen=True, kw_only=True):
    """Let a server hear the first leg; `StreamStarted`, then or instead `StreamFinished`.

    ``stream``: its id where somebody was told of it already. ``notice``: the first leg hears it
    before; what it does not hear to the end, or agree to, is not begun (`StreamFinished`,
    ``refused``).
    """

    order: StreamOrder
    stream: StreamId | None = None
    notice: RecordingNotice | None = None


class StopStream(Value, frozen=True, kw_only=True):
    """End a stream by its id or its name, or the ``two_way`` one; none that fits is fine."""

    stream: StreamId | None = None
    name: Hidden[str] = ""
    two_way: bool = False
