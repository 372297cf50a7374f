"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec


class Transcription(msgspec.Struct, frozen=True, kw_only=True):
    """What was said in a recording. ``status``: waiting, queued, completed, failed, expired. ``text``: all of it in the order it was said; null until it is completed, and where all words are gone. ``reason``: why it failed. ``made_by``: the recogniser."""

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
    said: builtins.list[TranscriptionsSaid] = []
    price: str | None = None
    currency: str | None = None


class TranscriptionsSaid(msgspec.Struct, frozen=True, kw_only=True):
    """One utterance. ``at_ms``: from the beginning of the recording; ``voice``: its channel."""

    at_ms: int
    voice: int
    text: str
    confidence: float
