"""Clips and plays of the native engine: nothing is freed while it is read, nothing stays."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import pytest

from ringfence.kernel.limits import MEDIA_CLIP_BYTES, MEDIA_CLIP_TOTAL_BYTES, MEDIA_PLAY_CLIPS
from ringfence.media.engine import shelf as module
from ringfence.media.engine.shelf import Shelf


class Counting:
    """The library, with a count of what was made and not freed."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self.live: set[int] = set()

    def __getattr__(self, name: str) -> object:
        return getattr(self._library, name)

    def _made(self, pointer: int) -> int:
        self.live.add(pointer)
        return pointer

    def rf_clip_new(self, *arguments: object) -> int:
        return self._made(self._library.rf_clip_new(*arguments))

    def rf_play_new(self, *arguments: object) -> int:
        return self._made(self._library.rf_play_new(*arguments))

    def rf_clip_free(self, pointer: int) -> None:
        self.live.remove(pointer)
        self._library.rf_clip_free(pointer)

    def rf_play_free(self, pointer: int) -> None:
        self.live.remove(pointer)
        self._library.rf_play_free(pointer)


@pytest.fixture
def counting(library: ctypes.CDLL) -> Counting:
    return Counting(library)


@pytest.fixture
def shelf(counting: Counting) -> Iterator[Shelf]:
    shelf = Shelf(counting)  # type: ignore[arg-type]
    yield shelf
    shelf.free()
    assert counting.live == set()


def test_a_dropped_clip_stays_while_it_plays(shelf: Shelf, counting: Counting) -> None:
    assert shelf.load("a", 8000, b"abcd") is None
    one, two = shelf.begin("P1", ["a", "a"], 1, 8000), shelf.begin("P2", ["a"], 1, 16_000)
    assert one is not None
    assert two is not None
    assert shelf.drop("a")
    assert len(counting.live) == 3
    assert shelf.end(one) == "P1"
    assert len(counting.live) == 2
    assert shelf.end(two) == "P2"
    assert counting.live == set()


def test_a_replaced_clip_is_freed_when_nobody_plays_it(shelf: Shelf, counting: Counting) -> None:
    shelf.load("a", 8000, b"abcd")
    shelf.load("a", 16_000, b"ef")
    assert len(counting.live) == 1


def test_a_dropped_name_is_unknown(shelf: Shelf) -> None:
    shelf.load("a", 8000, b"abcd")
    assert shelf.drop("a")
    assert not shelf.drop("a")
    assert shelf.begin("P1", ["a"], 1, 8000) is None


@pytest.mark.parametrize(
    ("clips", "loop"), [([], 1), (["a", "?"], 1), (["a"], -1), (["a"] * (MEDIA_PLAY_CLIPS + 1), 1)]
)
def test_no_play(shelf: Shelf, clips: list[str], loop: int) -> None:
    shelf.load("a", 8000, b"abcd")
    assert shelf.begin("P1", clips, loop, 8000) is None


def test_what_is_kept_is_bounded(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MEDIA_CLIP_TOTAL_BYTES >= MEDIA_CLIP_BYTES
    monkeypatch.setattr(module, "MEDIA_CLIP_BYTES", 100)
    monkeypatch.setattr(module, "MEDIA_CLIP_TOTAL_BYTES", 1050)
    piece, count = bytes(100), 10
    assert shelf.load("x", 8000, piece + b"ab") == "invalid"
    assert [shelf.load(f"{k}", 8000, piece) for k in range(count)] == [None] * count
    assert shelf.load("x", 8000, piece) == "limit"
    assert shelf.load("0", 8000, piece) is None
    assert shelf.drop("0")
    assert shelf.load("x", 8000, piece) is None


@pytest.mark.parametrize(("rate", "pcm"), [(8001, b""), (8000, b"x")])
def test_no_clip(shelf: Shelf, rate: int, pcm: bytes) -> None:
    assert shelf.load("a", rate, pcm) == "invalid"
