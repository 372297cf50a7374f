"""Parts of long messages, joined; hostile ones bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import (
    SMS_JOINING_MAX,
    SMS_JOINING_MS,
    SMS_JOINING_OCTETS,
    SMS_JOINING_SENDER_MAX,
)
from ringfence.messaging.concatenation import GAP, Header, Part, Reassembly, Whole, read_header
from ringfence.messaging.edges import utf16
from ringfence.messaging.segments import split

KEY = ("a", "b", 7)
T0 = Ms(1_000_000)


def part(number: int, total: int = 3, text: str | None = None, key: tuple[str, str, int] = KEY) -> Part:  # fmt: skip  # noqa: E501
    return Part(key, total, number, f"<{number}>" if text is None else text)


@pytest.mark.parametrize(
    ("octets", "header", "rest"),
    [
        (b"\x00abc", Header(), b"abc"),
        (b"\x05\x00\x03\x07\x02\x01abc", Header(7, 2, 1), b"abc"),
        (b"\x06\x08\x04\x01\x02\x03\x03abc", Header(0x102, 3, 3), b"abc"),
        (b"\x05\x00\x03\x07\x02\x03abc", Header(), b"abc"),  # part 3 of 2
        (b"\x05\x00\x03\x07\x02\x00abc", Header(), b"abc"),  # part 0
        (b"\x05\x00\x03\x07\x00\x00abc", Header(), b"abc"),
        (b"\x04\x00\x02\x07\x02abc", Header(), b"abc"),  # not its length
        (b"\x03\x24\x01\x06abc", Header(single=6), b"abc"),
        (b"\x0b\x05\x04\x15\x8a\x00\x00\x00\x03\x07\x02\x01abc", Header(7, 2, 1), b"abc"),  # ports
    ],
)
def test_headers(octets: bytes, header: Header, rest: bytes) -> None:
    assert read_header(octets) == (header, rest)


@pytest.mark.parametrize("octets", [b"", b"\x05\x00\x03", b"\x01\x00", b"\x03\x00\x05\x01\x02"])
def test_headers_that_are_longer_than_what_is_there(octets: bytes) -> None:
    with pytest.raises(RemoteError):
        read_header(octets)


@given(st.binary(max_size=60))
def test_any_octets_are_a_header_or_refused(octets: bytes) -> None:
    """A header is read or refused with `RemoteError`, and a part lies within its total."""
    try:
        header, rest = read_header(octets)
    except RemoteError:
        return
    assert 1 <= header.number <= header.total
    assert octets.endswith(rest)


@given(st.permutations([1, 2, 3, 1, 2, 3]))
def test_parts_come_in_any_order_and_twice(order: list[int]) -> None:
    """However parts arrive, the message comes exactly once for each set of them."""
    joined = Reassembly()
    wholes = [joined.receive(part(number), T0) for number in order]
    found = [whole for whole in wholes if whole is not None]
    assert found[0] == Whole(KEY, "<1><2><3>", 3, False)
    assert len(found) in (1, 2)
    assert len(found) == 2 or len(joined) == 1


def test_a_part_that_stands_alone_is_a_message() -> None:
    joined = Reassembly()
    assert joined.receive(part(1, 1), T0) == Whole(KEY, "<1>", 1, False)
    assert len(joined) == 0


def test_messages_of_different_people_do_not_mix() -> None:
    joined = Reassembly()
    joined.receive(part(1, 2), T0)
    assert joined.receive(part(2, 2, key=("x", "b", 7)), T0) is None
    assert joined.receive(part(2, 2, key=("a", "b", 8)), T0) is None
    assert joined.receive(part(2, 2), T0) is not None


def test_what_never_comes_is_marked() -> None:
    joined = Reassembly()
    joined.receive(part(3, 5), T0)
    joined.receive(part(4, 5), Ms(T0 + 5))
    assert joined.deadline() == T0 + SMS_JOINING_MS
    assert joined.fire(Ms(T0 + SMS_JOINING_MS - 1)) == []
    assert joined.fire(Ms(T0 + SMS_JOINING_MS)) == [Whole(KEY, f"{GAP}<3><4>{GAP}", 2, True)]
    assert joined.deadline() is None


def test_a_reference_used_anew_gives_up_the_old_message() -> None:
    joined = Reassembly()
    joined.receive(part(1, 3), T0)
    assert joined.receive(part(1, 2), T0) is None
    assert joined.receive(part(2, 2), T0) == Whole(KEY, "<1><2>", 2, False)
    deadline = joined.deadline()
    assert deadline is not None
    assert deadline <= T0
    assert [whole.incomplete for whole in joined.fire(T0)] == [True]


def test_one_sender_cannot_take_the_room_of_others() -> None:
    joined = Reassembly()
    joined.receive(part(1, key=("other", "b", 1)), T0)
    for reference in range(SMS_JOINING_SENDER_MAX + 5):
        joined.receive(part(1, key=("a", "b", reference)), T0)
    assert len(joined) == SMS_JOINING_SENDER_MAX + 1
    assert [whole.key[2] for whole in joined.fire(T0)] == [0, 1, 2, 3, 4]
    assert joined.receive(part(2, key=("other", "b", 1)), T0) is None


def test_many_senders_cannot_fill_the_memory() -> None:
    joined = Reassembly()
    for sender in range(SMS_JOINING_MAX + 3):
        joined.receive(part(1, key=(str(sender), "b", 1)), T0)
    assert len(joined) == SMS_JOINING_MAX
    assert len(joined.fire(T0)) == 3


def test_long_parts_cannot_fill_the_memory() -> None:
    joined = Reassembly()
    for sender in range(100):
        joined.receive(part(1, text="x" * 32_768, key=(str(sender), "b", 1)), T0)
    assert len(joined) <= SMS_JOINING_OCTETS // 65_536
    assert sum(len(whole.text) > 32_000 for whole in joined.fire(T0)) == 100 - len(joined)


def test_what_is_cut_up_is_joined() -> None:
    text = "Grüße € " * 60
    joined = Reassembly()
    whole = None
    for segment in split(text, reference=9).segments:
        header, body = read_header(segment.header + segment.body)
        piece = Part(KEY, header.total, header.number, body.decode("latin-1"))
        whole = joined.receive(piece, T0)
    assert whole is not None
    assert not whole.incomplete


def test_a_character_cut_in_two_is_whole_again_in_whatever_order_its_parts_come() -> None:
    first, second = utf16(bytes.fromhex("0061d83d")), utf16(bytes.fromhex("de000062"))
    joining = Reassembly()
    assert joining.receive(part(2, 2, second), T0) is None
    assert joining.receive(part(1, 2, first), T0) == Whole(KEY, "a😀b", 2, False)
    joining.receive(part(1, 2, first), T0)
    (given_up,) = joining.fire(Ms(T0 + SMS_JOINING_MS))
    assert given_up.text == "a\ufffd" + GAP
