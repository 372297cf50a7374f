"""Whose voices a dial's recording holds."""

from __future__ import annotations

from ringfence.calls.effects import Channel
from ringfence.calls.leg import Leg
from ringfence.calls.words import RecordingTrack


def both_voices(first: Leg, partner: Leg) -> tuple[Channel, Channel]:
    """Return the channels of what the caller and the callee say."""
    return (
        Channel(leg=first.id, incoming=True, party=first.party),
        Channel(leg=partner.id, incoming=True, party=partner.party),
    )


def chosen(channels: tuple[Channel, ...], track: RecordingTrack) -> tuple[Channel, ...]:
    """Return both sides, the caller's (inbound) or the callee's (outbound) alone."""
    match track:
        case "both":
            return channels
        case "inbound":
            return channels[:1]
        case "outbound":
            return channels[1:]
