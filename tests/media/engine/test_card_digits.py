"""Invariant: from a recording with redaction on, nobody can read the digits that were keyed in.

Two thousand calls in which card numbers are keyed in as tones, over lines with noise 5 to 30 dB
below the tones, go through the native engine's recording; a listener that shares nothing with the
engine (tests/support/media_cards.c) tries to read what is left, several ways. That it can read the
same calls where nobody redacts shows that it is no fool. Then speech, which must stay.
"""

from __future__ import annotations

import ctypes
import io
import subprocess
import sys
from array import array
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from ringfence.kernel.clock import Ms
from ringfence.media import g711
from ringfence.media.engine import protocol as p
from ringfence.media.engine.interface import Core, Identity
from ringfence.media.engine.native import NativeCore
from ringfence.media.engine.reference import ReferenceCore
from ringfence.media.redaction import Redactor
from ringfence.media.rtp import Packet
from ringfence.speech.framing import ANSWER_HEAD, request

CALLS = 2_000
BESIDE = 500
"""Of each other kind of noise."""
ROOM = 30 * 8_000
FRAME = 160
LAWS = ("PCMU", "PCMA")
LISTENERS = [(160, 0.35, 0), (160, 0.5, 1), (320, 0.35, 0)]
"""Window in samples, least share of the energy, whether one window is enough."""


KINDS = ("white", "pink", "hum", "voice", "babble")
"""What else there is to hear on the line."""


class Call(NamedTuple):
    law: int
    codes: bytes
    keys: str
    spans: list[tuple[int, int]]
    """The samples in which each key sounds."""


class Line:
    """Makes calls and listens to recordings."""

    def __init__(self, cards: ctypes.CDLL, library: ctypes.CDLL) -> None:
        self._cards = cards
        self._library = library
        self._codes = ctypes.create_string_buffer(ROOM)
        self._keys = ctypes.create_string_buffer(64)
        self._places = (ctypes.c_uint32 * 128)()

    def call(self, number: int, keys: int, kind: str = "white") -> Call:
        """The ``number``-th call; over all of them the noise goes from 5 to 30 dB."""
        law, noise = number % 2, 5 + 25 * (number * 997 % CALLS) / CALLS
        size = self._cards.cards_call(
            number, law, KINDS.index(kind), noise, keys, self._codes, ROOM, self._keys,
            self._places,
        )  # fmt: skip
        assert size > 0
        spans = [(self._places[2 * k], self._places[2 * k + 1]) for k in range(keys)]
        return Call(law, self._codes.raw[:size], self._keys.value.decode(), spans)

    def recorded(self, call: Call, pressed: bytes | None = None) -> bytes:
        """What the native engine keeps of it."""
        audio = ctypes.create_string_buffer(len(call.codes))
        kept = self._library.rf_redact(
            call.law, call.codes, pressed, len(audio), ctypes.addressof(audio)
        )
        assert kept == len(audio), "the length is preserved"
        return audio.raw

    def read(self, call: Call, audio: bytes, listener: tuple[int, float, int]) -> str:
        """What a listener makes of a recording."""
        found = self._cards.cards_read(
            audio, len(audio), call.law, *listener, self._keys, self._places, len(self._keys)
        )
        return self._keys.raw[: min(found, len(self._keys))].decode()

    def recovered(self, call: Call, audio: bytes, listener: tuple[int, float, int]) -> int:
        """How many keys a listener read where they were keyed: a voice is taken for keys, too."""
        read = self.read(call, audio, listener)
        window = listener[0]
        return sum(
            any(
                heard == key and begin - 2 * window < place < end
                for heard, place in zip(read, self._places, strict=False)
            )
            for key, (begin, end) in zip(call.keys, call.spans, strict=True)
        )


@pytest.fixture
def line(cards: ctypes.CDLL, library: ctypes.CDLL) -> Line:
    return Line(cards, library)


def keys_of(number: int) -> int:
    """Security codes, dates and whole card numbers; a lone digit has no neighbour to give it
    away, so every other call has one only."""
    return (1, 3, 1, 4, 1, 16)[number % 6]


@pytest.mark.parametrize("part", range(4))
def test_no_digit_is_recovered_from_two_thousand_calls(line: Line, part: int) -> None:
    keyed = read = 0
    for number in range(part * CALLS // 4, (part + 1) * CALLS // 4):
        call = line.call(number, keys_of(number))
        keyed += len(call.keys)
        read += line.read(call, call.codes, LISTENERS[0]) == call.keys
        kept = line.recorded(call)
        for listener in LISTENERS:
            assert line.read(call, kept, listener) == "", f"call {number}"
    assert read >= 0.99 * CALLS / 4, "the listener must be able to read what is not redacted"
    assert keyed > 2_000


@pytest.mark.parametrize("kind", KINDS[1:])
def test_nor_where_the_mains_hum_or_people_talk_beside_the_telephone(line: Line, kind: str) -> None:
    keyed = read = 0
    recovered: set[int] = set()
    for number in range(BESIDE):
        # every fourth of the calls, in turns of each law
        call = line.call(4 * number + number % 2, keys_of(number), kind)
        keyed += len(call.keys)
        read += line.recovered(call, call.codes, LISTENERS[0])
        kept = line.recorded(call)
        recovered |= {number for one in LISTENERS if line.recovered(call, kept, one)}
    assert read >= 0.99 * keyed, "the listener must be able to read what is not redacted"
    assert recovered == set()


def test_the_twin_keeps_the_same(line: Line) -> None:
    for number in range(0, 60, 4):
        call = line.call(number, keys_of(number) % 5)
        twin, kept = Redactor(rate=8_000), array("h")
        twin.switch(on=True)
        pcm = (g711.decode_alaw if call.law else g711.decode_ulaw)(call.codes)
        for at in range(0, len(pcm), FRAME):
            kept += twin.push(pcm[at : at + FRAME], pressed=False) or array("h")
        for frame in twin.drain():
            kept += frame
        encode = g711.encode_alaw if call.law else g711.encode_ulaw
        assert encode(kept) == line.recorded(call)


@pytest.fixture(params=["native", "twin"])
def core(request: pytest.FixtureRequest, library: ctypes.CDLL) -> Iterator[Core]:
    if request.param == "twin":
        yield ReferenceCore()
        return
    native = NativeCore(library)
    yield native
    native.close()


NOW = 1_700_000_000_000


def talk(core: Core, leg: str, codes: bytes, events: Callable[[int], list[Packet]]) -> None:
    """A telephone that says ``codes`` and sends the event packets of each frame beside it."""
    sequence = 0
    for at in range(0, len(codes), FRAME):
        now = NOW + at // 8
        for packet in (
            Packet(0, 0, at, 7, codes[at : at + FRAME]),
            *events(at // FRAME),
        ):
            sent = packet._replace(sequence=sequence)
            core.receive(leg, sent.to_bytes(), "192.0.2.1", 4000, Ms(now))
            sequence += 1
        for tick in range(4):
            core.tick(Ms(now + 5 * tick))


def connect(core: Core, *legs: str) -> None:
    for number, leg in enumerate(legs):
        assert core.open(leg, Identity(number + 1, 1, 1, b"0123456789abcdef"))
        core.do(p.ConnectLeg(leg, "192.0.2.1", 4000 + 2 * number, "PCMU", 0), Ms(NOW))


def kept_of(core: Core) -> dict[int, bytes]:
    core.do(p.StopRecording("RE1"), Ms(NOW + 60_000))
    kept: dict[int, bytes] = {}
    for chunk in core.take_audio():
        kept[chunk.channel] = kept.get(chunk.channel, b"") + chunk.pcm
    return kept


def test_a_digit_told_by_events_alone_takes_its_audio_with_it(core: Core) -> None:
    """The tone beside the events is a sine no ear takes for a digit: only events can tell."""
    connect(core, "LG1", "LG2")
    core.do(p.Bridge("LG1", "LG2"), Ms(NOW))
    channels = [
        p.Channel("LG1", "in", bytes(32), "/x"),
        p.Channel("LG2", "out", bytes(32), "/y"),
    ]
    core.do(p.StartRecording("RE1", channels, coding="PCMU", redact=True), Ms(NOW))
    trace, voice = bytes([0x90, 0x10] * 80), bytes([0xA0, 0x20] * 80)

    def events(frame: int) -> list[Packet]:
        if frame == 40:  # begins and ends between two frames of the legs
            return [
                Packet(101, 0, 40 * FRAME, 7, bytes((5, 0x80 | 10, 0, 160)), marker=True)
                for _ in range(3)
            ]
        held = 60 <= frame < 66
        body = bytes((7, 10)) + (FRAME * (frame - 59)).to_bytes(2, "big") if held else b""
        return [Packet(101, 0, 60 * FRAME, 7, body)] if held else []

    heard = b"".join(trace if k in {40, *range(60, 66)} else voice for k in range(110))
    talk(core, "LG1", heard, events)
    for kept in kept_of(core).values():
        assert len(kept) >= 105 * FRAME
        assert trace[:20] not in kept
        assert voice in kept


def test_a_card_number_keyed_in_a_whole_call_is_read_by_nobody(core: Core, line: Line) -> None:
    connect(core, "LG1")
    channels = [p.Channel("LG1", "in", bytes(32), "/x")]
    call = line.call(10, 4)
    assert call.law == 0
    assert line.read(call, call.codes, LISTENERS[0]) == call.keys
    core.do(p.StartRecording("RE1", channels, coding="PCMU"), Ms(NOW))
    core.do(p.RedactDigits("RE1", on=True), Ms(NOW))
    talk(core, "LG1", call.codes, lambda _frame: [])
    (kept,) = kept_of(core).values()
    assert len(kept) == len(call.codes)
    for listener in LISTENERS:
        assert line.read(call, kept, listener) == ""


TEXT = (
    "Thank you for calling. Your call is important to us, and it may be recorded. For opening "
    "hours press one, for the address press two, or stay on the line and somebody will be with "
    "you in about four minutes. Please have your customer number ready: it has eight digits and "
    "is printed on every invoice. Yes, that is 0 2 0 7 9 4 6 0 9 5 8, extension 61. We are open "
    "from Monday to Friday, nine to five, and on Saturdays until noon. I'm afraid he isn't in "
    "today; would you like to leave a message after the tone? Who shall I say was calling? "
)
VOICES = [
    language + variant
    for language in ("en", "en-us", "de", "es", "fr", "hi", "it", "pt")
    for variant in ("", "+m3", "+f3", "+f4")
]


STRANGERS = [
    language + variant
    for language in ("nl", "sv", "pl", "ru", "tr", "el", "fi", "hu", "cs", "sw", "vi", "bg")
    for variant in ("", "+m1", "+m7", "+f2", "+f5", "+klatt")
]
"""Voices by which nothing in the listener was chosen, and another text for them."""
OTHER_TEXT = (
    "Last winter the old harbour froze, and the ferry stayed away for nine weeks. What would you "
    "like to order? Two tickets to Birmingham, please, returning on Thursday. The price is one "
    "hundred and forty eight pounds. Zucchini, oranges, yoghurt, a dozen eggs, and please hurry "
    "up, we are closing. Oh no! Aha, hmm, la la la, hello? hello? can you hear me now? "
)


def spoken(text: str, voices: list[str]) -> Iterator[bytes]:
    """The text by every voice, as s16le at 8000 Hz, by the program's own helper process."""
    ask = b"".join(
        piece
        for number, voice in enumerate(voices)
        for piece in request(
            {"text": text, "voice": voice, "speed": (130, 165, 200)[number % 3], "rate": 8000}, b""
        )
    )
    done = subprocess.run(
        [sys.executable, "-m", "ringfence.speech.espeak_helper"],
        input=ask, stdout=subprocess.PIPE, check=True, timeout=120,
    )  # fmt: skip
    answers = io.BytesIO(done.stdout)
    for _ in voices:
        head = answers.read(ANSWER_HEAD)
        assert head[0] == 0
        yield answers.read(int.from_bytes(head[1:], "big"))


def muted(
    line: Line, library: ctypes.CDLL, text: str, voices: list[str], turns: int = 2
) -> tuple[int, int]:
    """How many frames there are of a text by some voices, and how many of them are muted.

    No voice says anything twice alike: in ``turns`` each comes after another one.
    """
    frames = changed = 0
    said = (pcm for turn in range(turns) for pcm in spoken(text, voices[turn:] + voices[:turn]))
    for number, pcm in enumerate(said):
        size = len(pcm) // 2 // FRAME * FRAME
        codes, linear = ctypes.create_string_buffer(size), ctypes.create_string_buffer(2 * size)
        library.rf_g711_encode(number % 2, pcm, codes, size)
        # Once more: one law has two codes for zero, and a recording keeps one of them.
        library.rf_g711_decode(number % 2, codes.raw, linear, size)
        library.rf_g711_encode(number % 2, linear, codes, size)
        call = Call(number % 2, codes.raw[:size], "", [])
        kept = line.recorded(call)
        frames += size // FRAME
        changed += sum(
            kept[at : at + FRAME] != call.codes[at : at + FRAME] for at in range(0, size, FRAME)
        )
    return frames, changed


@pytest.mark.parametrize(
    ("text", "voices"), [(TEXT, VOICES), (OTHER_TEXT, STRANGERS)], ids=["known", "strangers"]
)
def test_of_speech_less_than_a_thousandth_is_muted(
    line: Line, library: ctypes.CDLL, text: str, voices: list[str]
) -> None:
    frames, changed = muted(line, library, text, voices)
    assert frames > 30 * 60 * 50, "half an hour of it"
    assert changed < frames / 1_000
