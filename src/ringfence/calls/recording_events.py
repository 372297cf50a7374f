"""Facts about recordings: what was ruled, whom it was told, what became of the sound.

They are facts like the others (`ringfence.calls.events`).
"""

from __future__ import annotations

from typing import Annotated

from ringfence.calls.fact import CallFact
from ringfence.calls.words import (
    RecordingAnswer,
    RecordingAsker,
    RecordingDuty,
    RecordingEnd,
    RecordingFault,
    RecordingOutcome,
    RecordingSource,
    RecordingTrack,
)
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import (
    LegId,
    PartyId,
    RecordingId,
)
from ringfence.privacy.labels import (
    CALL_FACT,
    CALL_ID,
    CALL_TIME,
    PARTY_ID,
    SYSTEM,
)


class RecordingRuled(CallFact, frozen=True, kw_only=True):
    """What the law, the parties and the account let be recorded, with all it was decided from.

    The tuples have one entry per party: where it lives, ``person`` or ``staff``, what it had said,
    whether its data is restricted, what it has a right to. ``opens``, ``closes``: the account's
    recording hours in minutes of the day of ``zone``, -1 for the whole day. ``rules``: the ids
    behind the outcome, ``edition`` of which file; decided again by `ringfence privacy recording`.
    """

    source: Annotated[RecordingSource, CALL_FACT]
    outcome: Annotated[RecordingOutcome, CALL_FACT]
    law: Annotated[str, CALL_FACT]
    rules: Annotated[tuple[str, ...], CALL_FACT]
    edition: Annotated[str, CALL_FACT]
    decided_at: Annotated[Ms, CALL_TIME]
    beep: Annotated[bool, CALL_FACT]
    policy: Annotated[str, CALL_FACT]
    opens: Annotated[int, CALL_FACT]
    closes: Annotated[int, CALL_FACT]
    zone: Annotated[str, CALL_FACT]
    parties: Annotated[tuple[PartyId | None, ...], PARTY_ID]
    places: Annotated[tuple[str, ...], CALL_FACT]
    standings: Annotated[tuple[str, ...], CALL_FACT]
    consents: Annotated[tuple[str, ...], CALL_FACT]
    restricted: Annotated[tuple[bool, ...], CALL_FACT]
    duties: Annotated[tuple[str, ...], CALL_FACT]


class RecordingTold(CallFact, frozen=True, kw_only=True):
    """A party was told that it is recorded, or asked: what was said, and what came of it.

    ``text``: the hash of the sentence (``privacy.recording_law.sentences``), ``version`` and
    ``language`` name it for people.
    """

    source: Annotated[RecordingSource, CALL_FACT]
    leg: Annotated[LegId, CALL_ID]
    party: Annotated[PartyId | None, PARTY_ID]
    kind: Annotated[RecordingDuty, CALL_FACT]
    answer: Annotated[RecordingAnswer, CALL_FACT]
    text: Annotated[str, CALL_FACT]
    version: Annotated[str, CALL_FACT]
    language: Annotated[str, CALL_FACT]


class RecordingRequested(CallFact, frozen=True, kw_only=True):
    """Somebody wants a recording. ``legs`` and ``parties``: one per channel, in channel order."""

    recording: Annotated[RecordingId, CALL_ID]
    source: Annotated[RecordingSource, CALL_FACT]
    legs: Annotated[tuple[LegId, ...], CALL_ID]
    parties: Annotated[tuple[PartyId | None, ...], PARTY_ID]
    asked_by: Annotated[RecordingAsker, CALL_FACT] = "program"
    track: Annotated[RecordingTrack, CALL_FACT] = "both"
    mixed: Annotated[bool, CALL_FACT] = False


class RecordingStarted(CallFact, frozen=True, kw_only=True):
    """Sound is being kept from now on."""

    recording: Annotated[RecordingId, CALL_ID]


class RecordingPaused(CallFact, frozen=True, kw_only=True):
    """Silence is kept instead of sound."""

    recording: Annotated[RecordingId, CALL_ID]


class RecordingResumed(CallFact, frozen=True, kw_only=True):
    """Sound is kept again."""

    recording: Annotated[RecordingId, CALL_ID]


class RecordingRedacted(CallFact, frozen=True, kw_only=True):
    """Digits are replaced by noise in a recording (``on``) because a card number is entered."""

    recording: Annotated[RecordingId, CALL_ID]
    on: Annotated[bool, CALL_FACT]


class RecordingSaved(CallFact, frozen=True, kw_only=True):
    """The recording is sealed and durable. ``sha256``: of each channel's sealed file.

    ``from_ms``: where in the files what is heard begins, and lasts ``duration_ms``: trimmed.
    """

    recording: Annotated[RecordingId, CALL_ID]
    source: Annotated[RecordingSource, CALL_FACT]
    reason: Annotated[RecordingEnd, CALL_FACT]
    duration_ms: Annotated[int, CALL_FACT]
    size: Annotated[int, SYSTEM] = 0
    sha256: Annotated[tuple[str, ...], SYSTEM] = ()
    from_ms: Annotated[int, CALL_FACT] = 0


class RecordingFailed(CallFact, frozen=True, kw_only=True):
    """There is no recording, and why."""

    recording: Annotated[RecordingId, CALL_ID]
    source: Annotated[RecordingSource, CALL_FACT]
    reason: Annotated[RecordingFault, CALL_FACT]


class VoicemailLeft(CallFact, frozen=True, kw_only=True):
    """A message was left; its recording has just been saved."""

    recording: Annotated[RecordingId, CALL_ID]
    duration_ms: Annotated[int, CALL_FACT]
    party: Annotated[PartyId | None, PARTY_ID] = None
