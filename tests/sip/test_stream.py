"""Framing: messages come out whole however the stream is cut, and nothing is kept without bound."""

import random
from pathlib import Path

import pytest

from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import SIP_BODY_MAX, SIP_HEAD_MAX
from ringfence.sip.parser import parse, salvage
from ringfence.sip.stream import Framer

VECTORS = Path(__file__).parent.parent / "vectors" / "sip"


def message(number, body=b"", length=None):
    head = (
        f"MESSAGE sip:echo@example.com SIP/2.0\r\n"
        f"Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK{number}\r\n"
        f"From: <sip:a@example.com>;tag=a\r\nTo: <sip:echo@example.com>\r\n"
        f"Call-ID: {number}\r\nCSeq: 1 MESSAGE\r\n"
        f"Content-Length: {len(body) if length is None else length}\r\n\r\n"
    )
    return head.encode() + body


MESSAGES = [message(1), message(2, b"hello"), message(3, b"\r\n\r\n\0binary\r\n\r\n"), message(4)]
STREAM = b"".join(MESSAGES)


def test_several_messages_in_one_read():
    assert Framer().feed(STREAM) == MESSAGES


def test_one_octet_at_a_time():
    framer, got = Framer(), []
    for at in range(len(STREAM)):
        found = framer.feed(STREAM[at : at + 1])
        got += found
        assert not found or len(got[-1]) + framer.buffered <= len(STREAM)
    assert got == MESSAGES
    assert framer.buffered == 0


@pytest.mark.parametrize("seed", range(20))
def test_cut_anywhere(seed):
    rng, framer, got, at = random.Random(seed), Framer(), [], 0
    while at < len(STREAM):
        step = rng.randrange(1, 90)
        got += framer.feed(STREAM[at : at + step])
        at += step
    assert got == MESSAGES


def test_truncated_at_every_length_only_whole_messages_come_out():
    for length in range(len(STREAM)):
        framer = Framer()
        got = framer.feed(STREAM[:length])
        assert got == MESSAGES[: len(got)]
        assert framer.buffered == length - sum(map(len, got))
        assert not framer.closed


def test_a_ping_is_answered_and_a_pong_noticed():
    framer = Framer()
    assert framer.feed(b"\r\n\r\n" + MESSAGES[0] + b"\r\n\r\n\r\n\r\n") == MESSAGES[:1]
    assert framer.take_output() == b"\r\n" * 3
    assert framer.take_output() == b""
    assert not framer.pong_received
    assert framer.feed(b"\r\n") == []
    assert framer.pong_received
    assert framer.feed(MESSAGES[1]) == MESSAGES[1:2]
    assert framer.take_output() == b""


def test_a_ping_in_pieces_is_one_ping():
    framer = Framer()
    for piece in (b"\r", b"\n", b"\r", b"\n"):
        assert framer.feed(piece) == []
    assert framer.take_output() == b"\r\n"
    assert framer.feed(MESSAGES[0]) == MESSAGES[:1]


def test_a_pong_before_a_message_is_taken_off():
    framer = Framer()
    assert framer.feed(b"\r\n" + MESSAGES[0]) == MESSAGES[:1]
    assert framer.pong_received


def test_a_message_without_content_length_has_no_body():
    data = MESSAGES[0].replace(b"Content-Length: 0\r\n", b"")
    assert Framer().feed(data + MESSAGES[1]) == [data, MESSAGES[1]]


def test_compact_odd_cased_and_folded_lengths_count():
    for name in (b"l: 5", b"L :5", b"CONTENT-LENGTH \t:\t5 ", b"Content-Length:\r\n 5"):
        data = MESSAGES[1].replace(b"Content-Length: 5", name)
        assert Framer().feed(data + MESSAGES[3]) == [data, MESSAGES[3]]
        assert parse(data).body == b"hello"


@pytest.mark.parametrize("length", ["-999", "five", "", "5\r\nl: 6", "1e3", "9" * 30, "5 5"])
def test_a_length_that_cannot_be_trusted_ends_the_connection(length):
    framer = Framer()
    got = framer.feed(MESSAGES[0] + message(9, b"hello", length) + MESSAGES[1])
    assert got[0] == MESSAGES[0]
    assert len(got) == 2
    with pytest.raises(RemoteError):
        parse(got[1])
    assert salvage(got[1]) is not None
    assert framer.closed
    assert framer.fault.hint == 400
    with pytest.raises(RemoteError) as caught:
        framer.feed(MESSAGES[1])
    assert caught.value is framer.fault
    assert framer.buffered == 0


@pytest.mark.parametrize("name", ["ncl", "mcl01"])
def test_the_framing_faults_of_the_torture_corpus(name):
    framer = Framer()
    assert len(framer.feed((VECTORS / "rfc4475" / f"{name}.dat").read_bytes())) == 1
    assert framer.closed


def test_an_endless_head_ends_the_connection():
    framer, line = Framer(), b"X: " + b"a" * 1000 + b"\r\n"
    while framer.buffered <= SIP_HEAD_MAX + 4 - len(line):
        assert framer.feed(line) == []
    with pytest.raises(RemoteError) as caught:
        framer.feed(line)
    assert caught.value.hint == 513
    assert framer.buffered <= SIP_HEAD_MAX + 2 * len(line)
    room = SIP_HEAD_MAX - message(1).find(b"\r\n\r\n") - len(b"X: \r\n")
    longest = message(1).replace(b"CSeq", b"X: " + b"a" * room + b"\r\nCSeq")
    assert Framer().feed(longest) == [longest]
    long = message(1).replace(b"CSeq", b"X: " + b"a" * SIP_HEAD_MAX + b"\r\nCSeq")
    with pytest.raises(RemoteError):
        Framer().feed(long)


def test_a_huge_body_ends_the_connection_before_it_is_read():
    framer = Framer()
    got = framer.feed(message(1, b"x", SIP_BODY_MAX + 1))
    assert len(got) == 1
    assert framer.fault.hint == 513
    body = b"x" * SIP_BODY_MAX
    assert Framer().feed(message(1, body)) == [message(1, body)]


def test_a_stray_carriage_return_ends_the_connection():
    framer = Framer()
    with pytest.raises(RemoteError):
        framer.feed(b"\rINVITE")
    assert framer.closed


def test_a_long_stream_in_small_pieces_is_framed_in_linear_time():
    # A search that began anew with each piece would run into the time-out of the suite.
    framer = Framer()
    data = message(1, b"x" * SIP_BODY_MAX)
    for _ in range(3):
        got = [found for at in range(0, len(data), 7) for found in framer.feed(data[at : at + 7])]
        assert got == [data]
