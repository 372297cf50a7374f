"""Clips are kept while there is room, the most useful ones longest."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from ringfence.speech.shelf import Shelf


@dataclass
class Clip:
    pcm: bytes


def test_the_oldest_goes_first_and_using_one_keeps_it():
    shelf = Shelf(limit=30)
    for name in "abc":
        shelf.put(name, Clip(b"x" * 10))
    assert shelf.get("a") is not None
    shelf.put("d", Clip(b"x" * 10))
    assert shelf.get("b") is None
    assert shelf.get("a") is not None
    assert (len(shelf), shelf.size) == (3, 30)


def test_a_clip_replaced_is_counted_once():
    shelf = Shelf(limit=30)
    shelf.put("a", Clip(b"x" * 10))
    shelf.put("a", Clip(b"x" * 20))
    assert (len(shelf), shelf.size) == (1, 20)


def test_one_clip_beyond_the_limit_is_kept_alone():
    shelf = Shelf(limit=30)
    shelf.put("a", Clip(b"x" * 10))
    shelf.put("b", Clip(b"x" * 100))
    assert shelf.get("a") is None
    assert shelf.get("b") is not None


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 40)), max_size=60))
def test_the_size_is_that_of_what_is_there(steps):
    """Invariant: the size is the sum of the clips, and within the limit where more than one is."""
    shelf = Shelf(limit=60)
    for name, size in steps:
        shelf.put(name, Clip(b"x" * size))
        there = [shelf.get(n) for n in "abcdef"]
        assert shelf.size == sum(len(clip.pcm) for clip in there if clip)
        assert shelf.size <= 60 or len(shelf) == 1


def test_everything_is_let_go_of_at_once():
    shelf = Shelf(100)
    shelf.put("a", Clip(b"12"))
    shelf.clear()
    assert shelf.get("a") is None
    assert shelf.size == 0


def test_a_clip_is_let_go_of_by_name():
    shelf = Shelf(limit=30)
    shelf.put("a", Clip(b"x" * 10))
    shelf.put("b", Clip(b"x" * 5))
    shelf.drop("a")
    shelf.drop("a")
    assert (shelf.get("a"), len(shelf), shelf.size) == (None, 1, 5)
