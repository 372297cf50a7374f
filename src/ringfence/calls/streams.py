"""The media streams of one call: begun, held while digits are secret, and each ended by a fact."""

from __future__ import annotations

from ringfence.calls import effects, events, notices
from ringfence.calls.leg import Leg
from ringfence.calls.recordings import Recordings
from ringfence.calls.stream import Stream, StreamEnd, StreamHold, StreamOrder
from ringfence.kernel import ids
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.ids import AccountId, CallId, LegId, StreamId
from ringfence.kernel.limits import STREAM_END_MS, STREAMS_PER_CALL


class Streams(Recordings):
    """See the module. ``streams`` holds those that have not ended."""

    __slots__ = ("streams",)

    def __init__(self, call: CallId, *, account: AccountId, entropy: Entropy) -> None:
        super().__init__(call, account=account, entropy=entropy)
        self.streams: dict[StreamId, Stream] = {}

    def start_stream(self, leg: Leg, order: StreamOrder, stream: StreamId | None) -> None:
        """Begin a stream of what a leg says and hears; one too many ends at once."""
        kind = "stream" if order.words is None else "live_transcription"
        made = Stream(
            stream or StreamId(ids.make(kind, self.now, self.entropy)),
            leg=leg.id,
            order=order,
        )
        fits = self._fits(order)
        self.streams[made.id] = made
        if not fits:
            self.stream_ended(made.id, "too_many")
            return
        self.effects.append(
            effects.StartStream(stream=made.id, leg=leg.id, order=order, party=leg.party)
        )
        if self.keeps_secret:
            self._hold(made, "secret", on=True)

    def _fits(self, order: StreamOrder) -> bool:
        running = [one.order for one in self.streams.values() if one.running]
        return (
            len(running) < STREAMS_PER_CALL
            and not (order.name and any(one.name == order.name for one in running))
            and not (order.two_way and any(one.two_way for one in running))
        )

    def stop_stream(self, stream: Stream, end: StreamEnd = "stopped") -> None:
        """End a stream; what is left to say to its server is said."""
        if stream.step("stop"):
            stream.end = end
            self.effects.append(effects.StopStream(stream=stream.id, call_over=end == "call_over"))
            self.timers.set("stream", self.now + STREAM_END_MS, stream.id)

    def stop_streams_of(self, leg: LegId) -> None:
        """The leg ends, and with it whoever listened to it."""
        for stream in tuple(self.streams.values()):
            if stream.leg == leg:
                self.stop_stream(stream, "call_over")

    def hold_streams(self, *, on: bool) -> None:
        """Let nobody hear the call while secret digits are said or keyed in, or let them again."""
        for stream in self.streams.values():
            self._hold(stream, "secret", on=on)

    def company(self, leg: LegId, *, told: bool) -> None:
        """Somebody talks with a leg: who was told of nothing is not heard by a third ear.

        Alone again, or with somebody who was ``told``, the leg is.
        """
        for stream in self.streams.values():
            order = stream.order
            if stream.leg == leg and not order.two_way and order.tracks != "inbound_track":
                self._hold(stream, "untold", on=not told)

    def _hold(self, stream: Stream, why: StreamHold, *, on: bool) -> None:
        held = bool(stream.holds)
        (stream.holds.add if on else stream.holds.discard)(why)
        if stream.running and held != bool(stream.holds):
            self.effects.append(effects.HoldStream(stream=stream.id, on=on))

    def stream_began(self, stream: StreamId) -> None:
        """The server has answered: the call's audio leaves from here on."""
        found = self.streams.get(stream)
        if found is None or not found.step("began"):
            return
        self.facts.append(
            events.StreamStarted(
                at=self.now,
                call=self.call,
                stream=stream,
                leg=found.leg,
                tracks=found.order.tracks,
                two_way=found.order.two_way,
            )
        )
        self.tell(notices.StreamStarted(stream=stream, order=found.order))

    def stream_ended(
        self, stream: StreamId, end: StreamEnd, *, sent: int = 0, dropped: int = 0
    ) -> None:
        """It is over; ours is the reason where we stopped it."""
        found = self.streams.pop(stream, None)
        if found is None:
            return
        if found.state == "stopping":
            end = found.end
        self.timers.clear("stream", stream)
        self.facts.append(
            events.StreamEnded(
                at=self.now,
                call=self.call,
                stream=stream,
                reason=end,
                messages=sent,
                dropped=dropped,
            )
        )
        self.tell(notices.StreamFinished(stream=stream, order=found.order, reason=end))
