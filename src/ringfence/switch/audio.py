"""Carries out what calls want heard and kept, through the media worker.

Every effect becomes one command on the worker's socket; the worker's notices come back as inputs
of the call. Ports are opened ahead of need (`AudioDesk.open`), so that an answer does not wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ringfence.calls import effects, inputs
from ringfence.calls.causes import Cause
from ringfence.calls.core import HOUSE_MUSIC
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import ClipId, LegId
from ringfence.media.engine import protocol as media
from ringfence.media.tones import TONES, Oscillator
from ringfence.observe.logs import get_logger
from ringfence.sip.offer_answer import AudioStream
from ringfence.switch.hearing import HearingDesk
from ringfence.switch.house_music import house_music
from ringfence.switch.listening import Listener
from ringfence.switch.live import LiveCall, LiveLeg
from ringfence.switch.media_link import MediaLink
from ringfence.switch.muting import Muting
from ringfence.switch.ports import Clips, Recorder
from ringfence.switch.recording_desk import RecordingDesk
from ringfence.switch.room_speech import RoomSpeech
from ringfence.switch.streams import StreamDesk
from ringfence.switch.tie_lines import TieLines

if TYPE_CHECKING:
    from ringfence.switch.call_runner import CallRunner

log = get_logger(__name__)

_ASIDE = -1_000_000_000
"""Numbers from here down are plays that no call knows of."""

_NO_NEWS = {("LeaveConference", "unknown")}
"""What a worker refuses in the course of things: who hangs up has left the room by that."""


class AudioDesk:
    """The media side of every call."""

    def __init__(
        self,
        links: Sequence[MediaLink],
        clips: Clips,
        recorder: Recorder,
        streams: StreamDesk,
        hearing: HearingDesk | None = None,
    ) -> None:
        self.links = links
        self._streams = streams
        self._listener = Listener()
        self._hearing = hearing or HearingDesk(None)
        self._clips = clips
        self.recordings = RecordingDesk(recorder, self.link_of)
        self._runner: CallRunner
        self.ties = TieLines()
        self.speech = RoomSpeech()
        self._asides: dict[tuple[str, str], Callable[[bool], None]] = {}
        self._aside = _ASIDE
        self.muting = Muting()

    def attach(self, runner: CallRunner) -> None:
        """The runner this desk works for."""
        self._runner = runner
        self._streams.attach(runner)
        self._listener.attach(runner)
        self._hearing.attach(runner)
        self.muting.attach(runner)
        self.ties.attach(runner)
        self.recordings.attach(runner)

    async def close(self) -> None:
        """Let go of whoever listens from outside."""
        await self._streams.close()
        await self._hearing.close()

    def handlers(self) -> dict[type, Callable[[LiveCall, Any], None]]:
        """Which method carries out which effect."""
        return {
            **self._streams.handlers(),
            **self._listener.handlers(),
            **self._hearing.handlers(),
            **self.muting.handlers(),
            **self.recordings.handlers(),
            effects.StartPlay: self._play,
            effects.StartTone: self._tone,
            effects.StopPlay: lambda live, effect: self._link(live).send(
                media.StopPlay(leg=effect.leg, patient=effect.patient)
            ),
            effects.SendDigits: lambda live, effect: self._link(live).send(
                media.SendDtmf(leg=effect.leg, digits=effect.digits)
            ),
            effects.BridgeLegs: self._bridge,
            effects.UnbridgeLegs: self._unbridge,
            effects.EchoLeg: self._echo,
            effects.ReleaseLeg: self._release,
        }

    def notices(self) -> dict[type, Callable[[Any], None]]:
        """Which method takes which notice of the worker."""
        return {
            media.LegClosed: self._closed,
            media.LegFailed: self._leg_failed,
            media.RtpStarted: lambda n: self._tell(n.leg, inputs.AudioStarted(leg=LegId(n.leg))),
            media.RtpTimedOut: lambda n: self._tell(n.leg, inputs.AudioTimedOut(leg=LegId(n.leg))),
            media.PlayFinished: self._played,
            media.DtmfReceived: self._digit,
            media.DtmfSent: lambda n: self._tell(n.leg, inputs.DigitsSent(leg=LegId(n.leg))),
            **self.recordings.notices(),
            media.CommandRefused: self._refused,
            media.TapAudio: self._tapped,
            media.TapEnded: self._tap_ended,
        }

    def _link(self, live: LiveCall) -> MediaLink:
        """The worker that carries a call: all its legs are on one, because they are bridged."""
        if live.link is None:
            live.link = min(self.links, key=lambda link: (not link.connected, len(link.legs)))
        return live.link

    def forget(self, clip: ClipId) -> None:
        """Keep a clip no longer, here and in the media processes."""
        self._clips.drop(clip)
        for link in self.links:
            link.drop_clip(clip)

    # -- legs ---------------------------------------------------------------------------------

    def furnish(self, live: LiveCall, leg: LiveLeg) -> None:
        """Give a new leg a port that is open already, where there is one; it takes its name."""
        link = self._link(live)
        spare = link.take_spare()
        if spare is not None:
            leg.id = LegId(spare[0])
            leg.port = spare[1]
            leg.link = link
            leg.audio = "open"

    def open(self, leg: LiveLeg, then: Callable[[LiveLeg], None] | None = None) -> None:
        """Reserve a port; ``then`` is called with the leg, whose ``port`` is 0 if there is none."""
        if leg.audio in {"open", "closed"}:
            if then is not None:
                then(leg)
            return
        if then is not None:
            leg.when_open.append(then)
        if leg.audio == "none":
            leg.audio = "opening"
            leg.link = self._link(self._runner.calls[leg.call])
            leg.link.open_leg(leg.id, lambda outcome: self._opened(leg, outcome))

    def _opened(self, leg: LiveLeg, outcome: int | Refused) -> None:
        if isinstance(outcome, Refused):
            leg.audio = "closed"
            leg.no_audio = outcome.code
            log.warning("no_audio_port", leg=leg.id, code=outcome.code)
        else:
            leg.audio = "open"
            leg.port = outcome
        waiting, leg.when_open = leg.when_open, []
        if leg.released:
            self._close(leg)
            return
        for then in waiting:
            then(leg)

    def connect(self, leg: LiveLeg, session: AudioStream) -> None:
        """Start or change the leg's audio to what was agreed."""
        leg.session = session
        link = leg.link
        if link is None:
            return
        link.send(
            media.ConnectLeg(
                leg=leg.id,
                host=session.host,
                port=session.port,
                codec=session.codec,
                payload_type=session.payload_type,
                dtmf_payload_type=session.dtmf_payload_type,
                event_payload_type=session.event_payload_type,
                ptime=session.ptime,
                direction=session.direction,
            )
        )
        if session.dtmf_payload_type is None:
            # No telephone-event was agreed: keys can only be heard (RFC 4733 5).
            link.send(media.DetectTones(leg=leg.id, on=True))

    def _release(self, live: LiveCall, effect: effects.ReleaseLeg) -> None:
        leg = live.legs.get(effect.leg)
        if leg is None:
            live.inbox.append(inputs.LegReleased(leg=effect.leg))
            return
        leg.released = True
        self.ties.drop(leg.id)
        if leg.audio == "open":
            self._link(live).close_leg(leg.id, deserted=not leg.dialog_open)
        elif leg.audio != "opening":
            live.inbox.append(inputs.LegReleased(leg=leg.id))
            self._forget_if_done(live, leg)

    def _close(self, leg: LiveLeg) -> None:
        """The leg was let go while its port was being opened."""
        if leg.audio == "open" and leg.link is not None:
            # Whether or not its call still waits: a port must not stay open.
            leg.link.close_leg(leg.id)
            return
        live = self._runner.calls.get(leg.call)
        if live is not None:
            self._forget_if_done(live, leg)
            self._runner.feed(live, inputs.LegReleased(leg=leg.id))

    def _closed(self, notice: media.LegClosed) -> None:
        if self._asides:
            self._cut_short(notice.leg)
        leg = self._runner.legs.get(LegId(notice.leg))
        live = self._runner.calls.get(leg.call) if leg is not None else None
        if leg is None or live is None:
            return
        leg.audio = "closed"
        self._forget_if_done(live, leg)
        stats = notice.stats
        self._runner.feed(
            live,
            inputs.LegReleased(
                leg=leg.id,
                stats=inputs.LegStats(
                    codec=stats.codec,
                    packets_in=stats.packets_in,
                    packets_out=stats.packets_out,
                    octets_in=stats.octets_in,
                    octets_out=stats.octets_out,
                    lost_in=stats.lost,
                    lost_out=max(stats.remote_lost, 0),
                    late_in=stats.late,
                    jitter_ms=stats.jitter_ms,
                    mos_x100=stats.mos,
                    latched=stats.latched,
                    dtmf_in=stats.dtmf_in,
                    foreign_in=stats.foreign,
                    foreign_type=stats.foreign_type,
                    strangers_in=stats.strangers,
                    silent_in=stats.silent,
                    private_address=leg.private_address,
                    announced=leg.announced,
                    advertised=leg.advertised,
                ),
            ),
        )

    def _forget_if_done(self, live: LiveCall, leg: LiveLeg) -> None:
        if not leg.dialog_open:
            self._runner.drop_leg(live, leg)

    def dialog_over(self, live: LiveCall, leg: LiveLeg) -> None:
        """The signalling of a leg has ended; it is forgotten once its audio is closed too."""
        leg.dialog_open = False
        if leg.released and leg.audio in {"none", "closed"}:
            self._runner.drop_leg(live, leg)

    def silenced(self, leg: LiveLeg, code: str) -> None:
        """A leg's audio is gone without a word from its worker."""
        self.ties.drop(leg.id)
        leg.audio = "closed"
        leg.port = 0
        leg.no_audio = code

    def _leg_failed(self, notice: media.LegFailed) -> None:
        leg = self._runner.legs.get(LegId(notice.leg))
        if leg is None:
            return
        log.warning("leg_audio_failed", leg=leg.id, reason=notice.reason)
        if notice.reason == "unknown" and leg.audio == "open":
            self.silenced(leg, "media_lost")
        self._tell(notice.leg, inputs.LegFailed(leg=leg.id, cause=Cause.MEDIA_LOST))

    # -- prompts ------------------------------------------------------------------------------

    def _play(self, live: LiveCall, effect: effects.StartPlay) -> None:
        link = self._link(live)
        if not self._load(link, effect.clips):
            live.inbox.append(inputs.PlayEnded(leg=effect.leg, play=effect.play, reason="failed"))
            return
        link.send(
            media.Play(
                leg=effect.leg, play=str(effect.play), clips=list(effect.clips), loop=effect.loop
            )
        )

    def _bridge(self, live: LiveCall, effect: effects.BridgeLegs) -> None:
        """Connect two legs; one of another call may be with another worker."""
        link, other = self._link(live), self._runner.legs.get(effect.b)
        if other is not None and other.link is not None and other.link is not link:
            self.ties.bridge(live.legs[effect.a], other)
            return
        link.send(media.Bridge(a=effect.a, b=effect.b))

    def _unbridge(self, live: LiveCall, effect: effects.UnbridgeLegs) -> None:
        if not self.ties.unbridge(effect.a, effect.b):
            self._link(live).send(media.Unbridge(a=effect.a, b=effect.b))

    def play_aside(
        self,
        live: LiveCall,
        leg: LegId,
        clips: tuple[ClipId, ...],
        done: Callable[[bool], None],
        *,
        loop: int = 1,
    ) -> None:
        """Play something the call knows nothing of; ``done``: whether it was heard to its end."""
        link = self._link(live)
        if not self._load(link, clips):
            done(False)
            return
        self._aside -= 1
        play = str(self._aside)
        self._asides[leg, play] = done
        link.send(media.Play(leg=leg, play=play, clips=list(clips), loop=loop))

    def stop_aside(self, live: LiveCall, leg: LegId) -> None:
        """Stop what plays on a leg."""
        self._link(live).send(media.StopPlay(leg=leg))

    def beep_aside(self, live: LiveCall, leg: LegId, *, after: bool = False) -> None:
        """Sound a tone to a leg: instead of what plays there, or ``after`` it."""
        self._aside -= 1
        play = str(self._aside)
        if after:
            self._link(live).send(media.Feed(leg=leg, play=play, pcm=_beep()))
        else:
            self._link(live).send(media.Tone(leg=leg, play=play, name="beep"))

    def link_of(self, live: LiveCall) -> MediaLink:
        """The worker that carries a call."""
        return self._link(live)

    def _load(self, link: MediaLink, clips: tuple[ClipId, ...]) -> bool:
        for identifier in clips:
            if not link.has_clip(identifier):
                clip = house_music() if identifier == HOUSE_MUSIC else self._clips.get(identifier)
                if clip is None:
                    log.warning("clip_missing", clip=identifier)
                    return False
                link.load_clip(identifier, clip.rate, clip.pcm)
        return True

    def _tone(self, live: LiveCall, effect: effects.StartTone) -> None:
        self._link(live).send(
            media.Tone(
                leg=effect.leg,
                play=str(effect.play),
                name=effect.tone,
                duration_ms=int(effect.duration_ms),
            )
        )

    def _echo(self, live: LiveCall, effect: effects.EchoLeg) -> None:
        command = media.Bridge if effect.on else media.Unbridge
        # A leg that is its own partner hears itself.
        self._link(live).send(command(a=effect.leg, b=effect.leg))

    def _played(self, notice: media.PlayFinished) -> None:
        if self._streams.played(notice.play):
            return
        aside = self._asides.pop((notice.leg, notice.play), None)
        if aside is not None:
            aside(notice.reason == "done")
            return
        leg = self._runner.legs.get(LegId(notice.leg))
        live = self._runner.calls.get(leg.call) if leg is not None else None
        play = int(notice.play)
        if leg is None or live is None or not live.call.plays(leg.id, play):
            return  # the call has stopped it, or ended the leg, and waits for no word of it
        self._runner.feed(
            live,
            inputs.PlayEnded(
                leg=leg.id,
                play=play,
                reason=notice.reason,
                played_ms=notice.played_ms,
            ),
        )

    def _cut_short(self, leg: str) -> None:
        """What was played aside ended with its leg, of which its worker says no more."""
        for key in [key for key in self._asides if key[0] == leg]:
            self._asides.pop(key)(False)

    def _digit(self, notice: media.DtmfReceived) -> None:
        self._streams.pressed(LegId(notice.leg), notice.digit, notice.duration_ms)
        self._tell(
            notice.leg,
            inputs.DigitPressed(
                leg=LegId(notice.leg),
                digit=notice.digit,
                duration_ms=notice.duration_ms,
                inband=notice.inband,
            ),
        )

    def _tapped(self, notice: media.TapAudio) -> None:
        ours = (self._listener, self._hearing, self.speech)
        if not any(ears.heard(notice) for ears in ours):
            self._streams.heard(notice)

    def _tap_ended(self, notice: media.TapEnded) -> None:
        ours = (self._listener, self._hearing, self.speech)
        if not any(ears.ended(notice) for ears in ours):
            self._streams.tap_ended(notice)

    def lost(self, live: LiveCall, legs: set[LegId]) -> None:
        """The worker that carried these legs died."""
        self._streams.lost(legs)
        self.recordings.lost(live)

    # -- common -------------------------------------------------------------------------------

    def _refused(self, notice: media.CommandRefused) -> None:
        if (notice.command, notice.reason) in _NO_NEWS:
            return
        log.warning("media_refused", command=notice.command, reason=notice.reason)
        if notice.command == "SendDtmf":
            self._tell(notice.subject, inputs.DigitsSent(leg=LegId(notice.subject)))

    def _tell(self, leg_name: str, item: inputs.Input) -> None:
        leg = self._runner.legs.get(LegId(leg_name))
        live = self._runner.calls.get(leg.call) if leg is not None else None
        if live is not None:
            self._runner.feed(live, item)


@lru_cache(maxsize=1)
def _beep() -> bytes:
    """The beep as samples at 8000 Hz."""
    tone = TONES["beep"]
    return Oscillator(tone, rate=8_000).read(tone.duration_ms * 8).tobytes()
