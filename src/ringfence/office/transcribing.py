"""Transcriptions: what was said in a recording, read by the recogniser of the installation.

::

    Record transcribe ─▶ waiting ──recording saved──▶ queued ─job─▶ completed ─▶ callback
    asked from outside ─▶ (either)                        └──────▶ failed    ─▶ callback

Asked for in a call it is on the disk before the recording ends, so a killed server finds it at its
next start. A voice is left out where its person has refused that, is restricted, was erased, or,
with the setting ``transcription agreed``, has not agreed; without any voice it fails.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from ringfence.api import views_transcriptions as views
from ringfence.calls import events
from ringfence.calls.events import CallFact
from ringfence.calls.hearing import Wish
from ringfence.jobs.handlers.transcriptions import job_of
from ringfence.jobs.queue import Job
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.ids import CallId, PartyId, RecordingId, TranscriptionId, is_id
from ringfence.kernel.limits import (
    PAGE_MAX,
    TRANSCRIBE_AGAIN_MS,
    TRANSCRIBE_AT_ONCE,
    TRANSCRIBE_TRY_MS,
    TRANSCRIBE_TURNS,
)
from ringfence.kernel.phone import Phone
from ringfence.markup.context import API_VERSION, Context, base_params, recording_params
from ringfence.markup.exchange import Callback, Params, Transcribe, Value
from ringfence.media import wav
from ringfence.media.engine.sealing import read_channel
from ringfence.media.resample import Downsampler
from ringfence.observe.logs import get_logger
from ringfence.office.billing import amount_of, ledger_of, priced, unit_of
from ringfence.office.deliveries import told
from ringfence.office.hooks import method_of
from ringfence.office.live import reached
from ringfence.office.recognising import Ears
from ringfence.office.table import KNOWN, TABLE
from ringfence.office.voices import Part, mix_of, span_of
from ringfence.privacy.consent.writing import may_be_written, written_of
from ringfence.privacy.purposes import purpose
from ringfence.storage.holds import is_held
from ringfence.storage.recordings import Recording
from ringfence.storage.transcriptions import Said, State, Transcription, Voice
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

log = get_logger(__name__)

_RATE = 8_000
_PIECE = _RATE
"""Bytes given to a recogniser at once: half a second."""
_OVER = frozenset({"saved", "failed", "expired", "erased", "deleted"})
_NAMES = {"completed": "completed", "failed": "failed"}
_WORDS = "deliver_content"
_CONTENT = "user.content.private"


# --- use cases ------------------------------------------------------------------------------------


@TABLE.use_case("transcription.request", actors=KNOWN, live=True, purpose=_WORDS, category=_CONTENT)
async def request(
    office: Office,
    *,
    recording: str,
    language: str | None = None,
    url: str | None = None,
    method: str = "POST",
) -> views.Transcription:
    """Have a recording read; ``url`` is told when it is done. ``language``: BCP 47."""
    refuse_if_off(office)
    known = _recording(office, recording)
    if known.state in _OVER - {"saved"}:
        raise Refused("gone", "there is no sound of this recording")
    if url is not None:
        office.check_url(url)
    if language is not None and not (language.replace("-", "").isalnum() and len(language) <= 16):
        raise Refused("bad_argument", "a language is written as in BCP 47, e.g. en-GB")
    name = TranscriptionId(ids.make("transcription", office.clock.now(), office.entropy))
    callback = None if url is None else (url, method_of(method))
    await office.write(lambda tx: ask(
        tx, office, name, known.call, known.id, saved=known.state == "saved", language=language,
        callback=callback))  # fmt: skip
    office.live.scribe.expect(known.id, name)
    found = office.store.rooms.transcriptions.get(office.store.db.reading, name)
    assert found is not None
    return _view(office, found)


@TABLE.use_case("transcription.list", actors=KNOWN, purpose=_WORDS, category=_CONTENT)
async def list_(
    office: Office,
    *,
    recording: str | None = None,
    limit: int = 50,
    before: str | None = None,
    since: int | None = None,
    until: int | None = None,
) -> list[views.Transcription]:
    """Transcriptions, newest first. ``since``, ``until``: when they were asked for.

    Words of somebody whose data is only stored (GDPR 18) are left out.
    """
    if not 1 <= limit <= PAGE_MAX + 1:
        raise Refused("bad_argument", f"limit is a number from 1 to {PAGE_MAX}")
    wanted = None if recording is None else _recording(office, recording).id
    found = office.store.rooms.transcriptions.page(
        office.store.db.reading,
        count=limit,
        before=None if before is None else TranscriptionId(before),
        recording=wanted,
        since=None if since is None else Ms(since),
        until=None if until is None else Ms(until),
    )
    return [_listed(office, one) for one in found]


@TABLE.use_case("transcription.show", actors=KNOWN, purpose=_WORDS, category=_CONTENT)
async def show(office: Office, *, sid: str) -> views.Transcription:
    """One transcription with its words."""
    return _view(office, _known(office, sid))


@TABLE.use_case("transcription.remove", actors=KNOWN, purpose="erase", category="user")
async def remove(office: Office, *, sid: str) -> None:
    """Remove a transcription; the recording stays."""
    found, now = _known(office, sid), office.clock.now()
    whole = (found.id, found.recording, found.call)
    if office.read(lambda queries: any(is_held(queries, one) for one in whole)):
        raise Refused("held", "a hold stands on it: it is not removed")

    def work(tx: Transaction) -> None:
        office.store.rooms.transcriptions.remove(tx, found.id, at=now)
        office.store.store.trail.note(
            tx, "transcription_removed", at=now, account=office.account.id, body={"record": sid}
        )

    await office.write(work)


def refuse_if_off(office: Office) -> None:
    """Raise `Refused` where nothing is read here."""
    if not office.settings.recogniser:
        raise Refused("no_recogniser", "set recogniser: nobody understands speech here")
    if office.settings.transcription == "never":
        raise Refused("service_off", "transcription is switched off here", clause="PUR-08")


def ask(
    tx: Transaction,
    office: Office,
    name: TranscriptionId,
    call: CallId,
    recording: RecordingId,
    *,
    saved: bool,
    language: str | None,
    callback: tuple[str, str] | None,
) -> None:
    """Write down that it is wanted; with the job where the recording is there."""
    now = office.clock.now()
    office.store.rooms.transcriptions.add(
        tx,
        name,
        call=call,
        recording=recording,
        state="queued" if saved else "waiting",
        language=language,
        callback=callback,
        now=now,
    )
    office.store.store.trail.note(
        tx, "transcription_asked", at=now, account=office.account.id,
        body={"record": name, "recording": recording},
    )  # fmt: skip
    if saved:
        office.store.outbox.add(tx, job_of(name, office.account.id), now=now)


def _recording(office: Office, sid: str) -> Recording:
    found = office.store.recordings.get(RecordingId(sid)) if is_id(sid, "recording") else None
    if found is None or found.account != office.account.id or found.removed_at is not None:
        raise Refused("not_found", "no recording of that SID")
    return found


def _known(office: Office, sid: str) -> Transcription:
    if is_id(sid, "transcription"):
        name = TranscriptionId(sid)
        found = office.store.rooms.transcriptions.get(office.store.db.reading, name)
        if found is not None and found.account == office.account.id and found.removed_at is None:
            return found
    raise Refused("not_found", "no transcription of that SID")


def _listed(office: Office, found: Transcription) -> views.Transcription:
    """Return one of several: that one of them may not be shown does not hide the others."""
    try:
        return _view(office, found)
    except Refused as refused:
        if refused.code != "restricted":
            raise
        return _view(office, found, words=False)


def _view(office: Office, found: Transcription, *, words: bool = True) -> views.Transcription:
    said: list[views.Said] = []
    known = False
    if words and found.state == "completed":
        with purpose(_WORDS):
            voices = office.read(
                lambda queries: office.store.rooms.transcriptions.voices(queries, found.id)
            )
        known = any(voice.said is not None for voice in voices)
        said = [
            views.Said(at_ms=one.at, voice=voice.number, text=one.text, confidence=one.confidence)
            for voice in voices
            for one in voice.said or ()
        ]
        said.sort(key=lambda one: one.at_ms)
    cost = priced(office, [found.id]).get(found.id)
    return views.Transcription(
        sid=found.id,
        call=found.call,
        recording=found.recording,
        status=found.state,
        created=found.requested_at,
        settled=found.settled_at,
        duration_ms=found.duration_ms or None,
        reason=found.reason,
        language=found.language,
        made_by=found.made_by,
        text=" ".join(one.text for one in said) if known else None,
        said=said,
        price=amount_of(cost),
        currency=unit_of(cost),
    )


# --- the work -------------------------------------------------------------------------------------


class Scribe:
    """Has recordings read while a server runs. ``ears`` None: nobody understands speech here."""

    def __init__(self, office: Office, ears: Ears | None) -> None:
        self._office = office
        self._ears = ears
        self._expected: dict[RecordingId, list[TranscriptionId]] = {}
        self._reading: dict[TranscriptionId, asyncio.Task[tuple[list[Voice], int]]] = {}

    def wanted(self, call: CallId, asked: Transcribe, /) -> bool:
        """A document wants a recording that has begun read; False where that cannot be."""
        office = self._office
        try:
            refuse_if_off(office)
        except Refused as refused:
            log.info("transcription_refused", call=call, code=refused.code)
            return False
        name = TranscriptionId(ids.make("transcription", office.clock.now(), office.entropy))
        callback = (asked.url, asked.method) if asked.url else None
        office.store.db.give(lambda tx: ask(
            tx, office, name, call, asked.recording, saved=False, language=asked.language or None,
            callback=callback))  # fmt: skip
        self.expect(asked.recording, name)
        return True

    def expect(self, recording: RecordingId, name: TranscriptionId) -> None:
        """It is asked for, and its recording may still be going on."""
        self._expected.setdefault(recording, []).append(name)

    def watch(self, facts: Sequence[CallFact]) -> None:
        """A recording that somebody waits for is saved, or never will be."""
        for fact in facts:
            if isinstance(fact, events.RecordingSaved | events.RecordingFailed):
                for name in self._expected.pop(fact.recording, ()):
                    self._ended(name, saved=isinstance(fact, events.RecordingSaved))

    def restore(self) -> None:
        """Go on with what a killed server left waiting; after its recordings were recovered."""
        store = self._office.store
        for found in store.rooms.transcriptions.waiting(store.db.reading):
            if found.account != self._office.account.id:
                continue  # its own scribe goes on with it
            recording = store.recordings.get(found.recording)
            saved = recording is not None and recording.state == "saved"
            self._ended(found.id, saved=saved)

    def _ended(self, name: TranscriptionId, *, saved: bool) -> None:
        office = self._office
        rooms = office.store.rooms.transcriptions

        def work(tx: Transaction) -> None:
            now = office.clock.now()
            if saved:
                if rooms.queue(tx, name):
                    office.store.outbox.add(tx, job_of(name, office.account.id), now=now)
                return
            found = rooms.get(tx, name)
            if found is not None:
                # there is nothing to read: no message was left, and nobody is told of one
                rooms.settle(tx, found, "failed", now=now, reason="no_recording")

        office.store.db.give(work)

    async def close(self) -> None:
        """Read no more; the jobs go on with it at the next start."""
        tasks = tuple(self._reading.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=1)
        if self._ears is not None:
            await self._ears.close()

    async def carry_out(self, job: Job, now: Ms, /, *, last: bool) -> None:
        """Have one read, and say what became of it; doing it again changes nothing.

        Raises `RemoteError` where the recogniser fails; it has failed for good at the ``last`` try.
        """
        office = self._office
        name = TranscriptionId(str(job.body["transcription"]))
        found = office.store.rooms.transcriptions.get(office.store.db.reading, name)
        if found is None or found.state != "queued":
            self._forget(name)
            return
        turn = int(job.body.get("turn", 0))
        try:
            refuse_if_off(office)
            done = await self._turn(found)
            if done is None and turn < TRANSCRIBE_TURNS:
                at = Ms(office.clock.now() + TRANSCRIBE_AGAIN_MS)
                again = job_of(name, office.account.id, turn=turn + 1, run_at=at)
                await office.store.outbox.enqueue([again], now=now)
                return
        except Refused as refused:
            self._forget(name)
            await self._settle(found, "failed", reason=refused.code)
            return
        except RemoteError as error:
            self._forget(name)
            if last:
                await self._settle(found, "failed", reason=f"remote_{error.hint}")
                return
            raise
        self._forget(name)
        if done is None:
            await self._settle(found, "failed", reason="too_long")
            return
        voices, duration_ms = done
        await self._settle(found, "completed", voices=voices, duration_ms=duration_ms)

    async def _turn(self, found: Transcription) -> tuple[list[Voice], int] | None:
        """Return what was said; None where it is not at its end, or others come first."""
        task = self._reading.get(found.id)
        if task is None:
            if len(self._reading) >= TRANSCRIBE_AT_ONCE:
                return None
            task = asyncio.create_task(self._read(found))
            self._reading[found.id] = task
        done, _ = await asyncio.wait((task,), timeout=TRANSCRIBE_TRY_MS / 1000)
        return task.result() if done else None

    def _forget(self, name: TranscriptionId) -> None:
        task = self._reading.pop(name, None)
        if task is not None:
            task.cancel()

    async def _read(self, found: Transcription) -> tuple[list[Voice], int]:
        office, ears = self._office, self._ears
        if ears is None:
            raise Refused("no_recogniser", "nobody understands speech here")
        recording = office.store.recordings.get(found.recording)
        if recording is None or recording.state != "saved":
            raise Refused("gone", "there is no sound of this recording")
        wish = Wish(language=found.language or "", profanity_filter=False)
        voices: list[Voice] = []
        length = recording.duration_ms
        with purpose(_WORDS):
            channels = _channels(office, recording)
            agreed = [
                (number, part)
                for number, part in enumerate(channels)
                if _may_be_read(office, part.channel.party) and part.channel.key is not None
            ]
            if not agreed:
                raise Refused("not_agreed", "whoever is heard has not agreed, or was erased")
            for number, part in agreed:
                at, channel = part.at, part.channel
                pcm = await asyncio.to_thread(_sound, part)
                length = max(length, at + len(pcm) * 500 // _RATE)
                said = [
                    Said(at + heard.at_ms, heard.text, heard.confidence)
                    async for heard in ears.listen(_pieces(office, channel.party, pcm), wish)
                    if heard.final and heard.text
                ]
                voices.append(Voice(number, channel.party, tuple(said)))
        return voices, length

    async def _settle(
        self,
        found: Transcription,
        to: State,
        *,
        reason: str | None = None,
        voices: Sequence[Voice] = (),
        duration_ms: int = 0,
    ) -> None:
        office = self._office
        rooms = office.store.rooms.transcriptions
        if voices:
            # reading takes its time, and somebody may have taken their consent back meanwhile
            voices = [voice for voice in voices if _may_be_read(office, voice.party)]
            if not voices:
                to, reason, duration_ms = "failed", "not_agreed", 0
        with purpose("connect_call"):
            callback = rooms.callback(found)
        words = sorted((one for v in voices for one in v.said or ()), key=lambda one: one.at)
        request = None
        if callback is not None:
            text = " ".join(one.text for one in words)
            request = _callback(office, found, to, text, callback)
        made_by = self._ears.name if self._ears is not None else None
        now = office.clock.now()

        def work(tx: Transaction) -> None:
            settled = rooms.settle(
                tx, found, to, now=now, reason=reason, made_by=made_by, voices=voices,
                duration_ms=duration_ms,
            )  # fmt: skip
            if not settled:
                return
            if to == "completed":
                ledger_of(office).transcribed(
                    tx, found.id, found.call, office.account.id, duration_ms=duration_ms, at=now
                )
            office.store.store.trail.note(
                tx, f"transcription_{to}", at=now, account=office.account.id,
                body={"record": found.id, "by": made_by or "", "reason": reason or ""},
            )  # fmt: skip
            if request is not None:
                office.postbox.add(tx, told(found.call, request), now)

        await office.write(work)
        if reason is not None:
            log.info("transcription_failed", recording=found.recording, code=reason)


def _may_be_read(office: Office, party: PartyId | None) -> bool:
    """Whether what a person said may be written down; the exchange's own voice may."""
    if party is None:
        return True
    consents = office.store.rooms.consents
    return may_be_written(
        written_of(office.settings.transcription),
        consents.transcription_consent(party),
        restricted=consents.restricted(party),
    )


def _channels(office: Office, recording: Recording) -> list[Part]:
    """Return the voices of a recording, or of the conference it stands for, each with its start."""
    voices = mix_of(office, recording.id)
    if voices is not None:
        return voices
    reading = office.store.db.reading
    span = span_of(recording)
    channels = office.store.recordings.channels(reading, recording.id)
    return [Part(0, channel, span) for channel in channels]


def _sound(part: Part) -> bytes:
    """Return what is heard on a channel: s16le at 8000 Hz, without what was trimmed. Blocking."""
    channel = part.channel
    assert channel.key is not None
    try:
        audio = read_channel(str(channel.file), channel.key)
    except (RemoteError, FileNotFoundError):
        raise Refused("unreadable", "the file of this recording is missing or damaged") from None
    pcm: array[int] = part.cut(wav.from_little_endian(audio.pcm), audio.rate)
    if audio.rate != _RATE:
        pcm = Downsampler().feed(pcm)
    return wav.to_little_endian(pcm)


async def _pieces(office: Office, party: PartyId | None, pcm: bytes) -> AsyncIterator[bytes]:
    """Give the sound of a voice, for as long as whoever it is lets it be read."""
    for at in range(0, len(pcm), _PIECE):
        if not _may_be_read(office, party):
            return
        yield pcm[at : at + _PIECE]
        await asyncio.sleep(0)  # an hour of silence must not hold up a call


def _callback(
    office: Office, found: Transcription, to: State, text: str, callback: tuple[str, str]
) -> Callback:
    """Return what is told, with Twilio's parameters."""
    url, method = callback
    context = _context(office, found)
    path = f"/{API_VERSION}/Accounts/{found.account}/Transcriptions/{found.id}"
    params: Params = (
        *base_params(context),
        *recording_params(context, found.recording),
        ("TranscriptionSid", found.id),
        ("TranscriptionStatus", to),
        ("TranscriptionText", text),
        ("TranscriptionType", "fast"),
        ("TranscriptionUrl", f"{context.public_url}{path}"),
    )
    return Callback(
        url=url,
        method="GET" if method == "GET" else "POST",
        params=params,
        kind="transcription",
        event=to,
    )


def _context(office: Office, found: Transcription) -> Context:
    """Return the call as callbacks tell of it; whoever was erased has no number any more."""
    from ringfence.office.records import record_of

    record = record_of(office, found.call)

    def address(party: PartyId | None) -> Value:
        if party is None:
            return ""
        try:
            with purpose("connect_call"):
                text = office.read(lambda queries: office.store.parties.address(queries, party))
        except Refused:
            return ""
        return Phone(text) if text.startswith("+") else text

    return Context(
        call=found.call,
        account=found.account,
        caller=address(None if record is None else record.caller),
        called=address(None if record is None else record.called),
        direction="outbound" if record is not None and record.direction != "inbound" else "inbound",
        public_url=reached(office),
    )
