"""Who speaks in a room: what is told of a line."""

from array import array
from typing import Any

from ringfence.kernel.ids import LegId
from ringfence.media.answering import Frame
from ringfence.media.engine import protocol as media
from ringfence.switch.room_speech import RoomSpeech, SpeechWatch

LEG = LegId("LG1")


def changes(sounds: str) -> list[int]:
    """At which frame it changes; ``x`` is sound, ``.`` silence."""
    watch = SpeechWatch()
    return [
        place
        for place, sound in enumerate(sounds)
        if watch.feed(Frame("voice" if sound == "x" else "silence"))
    ]


def test_words_are_told_and_coughs_are_not():
    assert changes("." * 20 + "x" * 30) == [29]
    assert changes("." * 20 + "x" * 9 + "." * 20) == []


def test_a_pause_between_sentences_is_none():
    assert changes("x" * 20 + "." * 49 + "x" * 20) == [9]
    assert changes("x" * 20 + "." * 60 + "x" * 20) == [9, 69, 89]


class Line:
    def __init__(self) -> None:
        self.sent: list[media.Command] = []

    def send(self, command: media.Command) -> None:
        self.sent.append(command)


def test_a_line_is_tapped_once_and_let_go():
    link: Any = Line()
    speech = RoomSpeech()
    told: list[tuple[LegId, bool]] = []
    speech.told = lambda leg, on: told.append((leg, on))
    speech.watch(LEG, link)
    speech.watch(LEG, link)
    (start,) = link.sent
    loud = array("h", [8_000, -8_000] * 80 * 15).tobytes()
    assert speech.heard(media.TapAudio(start.tap, 0, loud))
    assert told == [(LEG, True)]
    assert speech.heard(media.TapAudio(start.tap, 0, bytes(320 * 60)))
    assert told == [(LEG, True), (LEG, False)]
    speech.forget(LEG)
    speech.forget(LEG)
    assert isinstance(link.sent[-1], media.StopTap)
    assert len(link.sent) == 2
    assert speech.heard(media.TapAudio(start.tap, 0, loud))  # on its way when it was let go
    assert speech.ended(media.TapEnded(start.tap, "stopped"))
    assert told == [(LEG, True), (LEG, False)]


def test_taps_of_others_are_theirs():
    speech = RoomSpeech()
    assert not speech.heard(media.TapAudio("answer:LG1", 0, b""))
    assert not speech.ended(media.TapEnded("answer:LG1", "stopped"))
