"""Requests and answers, as they go through the pipes."""

import io

import pytest

from ringfence.speech import framing
from ringfence.speech.framing import request, serve


def sent(*requests):
    return b"".join(b"".join(request(head, body)) for head, body in requests)


def answers(data, answer):
    sink = io.BytesIO()
    serve(io.BytesIO(data), sink, answer)
    return sink.getvalue()


def test_requests_are_answered_in_order():
    data = sent(({"n": 1}, b"abc"), ({"n": 2}, b""))
    found = answers(data, lambda head, body: (head["n"], body * 2))
    assert found == b"\x01\x00\x00\x00\x06abcabc" + b"\x02\x00\x00\x00\x00"


@pytest.mark.parametrize("length", range(8))
def test_an_input_that_ends_early_ends_the_helper(length):
    data = sent(({"n": 1}, b"abc"))
    assert answers(data[:length], lambda *_: (0, b"")) == b""


def test_texts_of_every_script_pass():
    seen = []
    answers(
        sent(({"text": "caf\u00e9 \U0001f600"}, b"")), lambda head, _: seen.append(head) or (0, b"")
    )
    assert seen == [{"text": "caf\u00e9 \U0001f600"}]


def test_what_was_open_before_is_closed_and_the_three_standard_ones_are_not(monkeypatch):
    closed = []
    monkeypatch.setattr(framing.os, "closerange", lambda *ends: closed.append(ends))
    framing.close_inherited()
    ((first, last),) = closed
    assert first > 2
    assert last == framing.os.sysconf("SC_OPEN_MAX")
