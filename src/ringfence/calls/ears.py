"""Commands that let something else hear the first leg: a recogniser of speech, a server."""

from __future__ import annotations

from dataclasses import dataclass, field

from ringfence.calls.hearing import Wish
from ringfence.calls.stream import StreamOrder
from ringfence.calls.targets import RecordingNotice
from ringfence.kernel.ids import StreamId


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Listen to the first leg for words: `SpeechHeard`, until `StopListening` or `HearingOver`."""

    wish: Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class StopListening:
    """Listen no longer; not listening is fine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartStream:
    """Let a server hear the first leg; `StreamStarted`, then or instead `StreamFinished`.

    ``stream``: its id where somebody was told of it already. ``notice``: the first leg hears it
    before; what it does not hear to the end, or agree to, is not begun (`StreamFinished`,
    ``refused``).
    """

    order: StreamOrder
    stream: StreamId | None = None
    notice: RecordingNotice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopStream:
    """End a stream by its id or its name, or the ``two_way`` one; none that fits is fine."""

    stream: StreamId | None = None
    name: str = field(default="", repr=False)
    two_way: bool = False
