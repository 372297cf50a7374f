"""Transcriptions as they are shown."""

from __future__ import annotations

import msgspec


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One utterance. ``at_ms``: from the beginning of the recording; ``voice``: its channel."""

    at_ms: int
    voice: int
    text: str
    confidence: float

    def __repr__(self) -> str:
        return f"Said(at_ms={self.at_ms}, voice={self.voice})"


class Transcription(msgspec.Struct, frozen=True, kw_only=True):
    """What was said in a recording. ``status``: waiting, queued, completed, failed, expired.

    ``text``: all of it in the order it was said; null until it is completed, and where all words
    are gone. ``reason``: why it failed. ``made_by``: the recogniser.
    """

    sid: str
    call: str
    recording: str
    status: str
    created: int
    settled: int | None = None
    duration_ms: int | None = None
    reason: str | None = None
    language: str | None = None
    made_by: str | None = None
    text: str | None = None
    said: list[Said] = []
    price: str | None = None
    """What it cost; null while that is not known, and where nothing costs."""
    currency: str | None = None

    def __repr__(self) -> str:
        return f"Transcription(sid={self.sid})"
