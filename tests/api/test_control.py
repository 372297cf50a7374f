"""The control socket's conversation, without the socket."""

import asyncio
import json
from typing import Any

import pytest

from ringfence.api.control import ControlServer
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import CONTROL_LINE_MAX

WAIT = 10


class Writer:
    """Collects what the server sends."""

    def __init__(self) -> None:
        self.data = b""
        self.fail = False
        self.sent = asyncio.Event()

    def write(self, data: bytes) -> None:
        self.data += data
        self.sent.set()

    async def drain(self) -> None:
        if self.fail:
            raise ConnectionResetError

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.data.splitlines()]


async def converse(office: Any, *requests: object, raw: bytes = b"") -> list[dict[str, Any]]:
    reader = asyncio.StreamReader(limit=CONTROL_LINE_MAX)
    writer = Writer()
    for request in requests:
        reader.feed_data(json.dumps(request).encode() + b"\n")
    reader.feed_data(raw)
    if not any(isinstance(r, dict) and r.get("do") in office.streams for r in requests):
        reader.feed_eof()
    server = ControlServer(None, office)  # type: ignore[arg-type]
    await asyncio.wait_for(server._converse(reader, writer), WAIT)  # type: ignore[arg-type]
    return writer.lines()


def run(office: Any, *requests: object, raw: bytes = b"") -> list[dict[str, Any]]:
    return asyncio.run(converse(office, *requests, raw=raw))


def test_a_request_gets_its_result(office: Any) -> None:
    answers = run(office, {"do": "account.show"}, {"do": "call.show", "args": {}})
    assert answers[0]["ok"]["name"] == "Example"
    assert answers[1]["ok"]["codec"] == "PCMU"
    assert {actor for _, _, actor in office.asked} == {"operator"}


def test_a_stream_is_sent_item_by_item(office: Any) -> None:
    async def go() -> list[dict[str, Any]]:
        reader = asyncio.StreamReader()
        writer = Writer()
        reader.feed_data(b'{"do": "timeline.follow"}\n')
        server = ControlServer(None, office)  # type: ignore[arg-type]
        task = asyncio.ensure_future(server._converse(reader, writer))  # type: ignore[arg-type]
        while b'"end"' not in writer.data:
            writer.sent.clear()
            await asyncio.wait_for(writer.sent.wait(), WAIT)
        reader.feed_eof()
        await asyncio.wait_for(task, WAIT)
        return writer.lines()

    answers = asyncio.run(go())
    assert [answer["event"]["text"] for answer in answers[:-1]] == ["offered", "ended"]
    assert answers[-1] == {"end": True}
    assert office.closed == 1


def test_a_stream_ends_when_its_client_leaves(office: Any) -> None:
    async def go() -> None:
        office.hold = asyncio.Event()
        reader = asyncio.StreamReader()
        writer = Writer()
        reader.feed_data(b'{"do": "timeline.follow"}\n')
        server = ControlServer(None, office)  # type: ignore[arg-type]
        task = asyncio.ensure_future(server._converse(reader, writer))  # type: ignore[arg-type]
        while writer.data.count(b"\n") < 2:
            writer.sent.clear()
            await asyncio.wait_for(writer.sent.wait(), WAIT)
        assert office.closed == 0
        reader.feed_eof()
        await asyncio.wait_for(task, WAIT)
        assert b'"end"' not in writer.data

    asyncio.run(go())
    assert office.closed == 1


def test_a_stream_that_is_refused_says_so(office: Any) -> None:
    office.streams["recording.export"] = [Refused("not_found", "no such recording")]

    async def go() -> list[dict[str, Any]]:
        reader = asyncio.StreamReader()
        writer = Writer()
        reader.feed_data(b'{"do": "recording.export", "args": {"sid": "RE1"}}\n')
        server = ControlServer(None, office)  # type: ignore[arg-type]
        task = asyncio.ensure_future(server._converse(reader, writer))  # type: ignore[arg-type]
        await asyncio.wait_for(writer.sent.wait(), WAIT)
        reader.feed_eof()
        await asyncio.wait_for(task, WAIT)
        return writer.lines()

    assert asyncio.run(go()) == [
        {"refused": "not_found", "reason": "no such recording", "clause": None}
    ]


@pytest.mark.parametrize("line", [b"\n", b"{}\n", b"[1]\n", b'{"do": 1}\n', b"\xff\xfe\n"])
def test_a_bad_line_is_refused_and_the_next_answered(office: Any, line: bytes) -> None:
    answers = run(office, raw=line + b'{"do": "account.show"}\n')
    assert answers[0]["refused"] == "bad_request"
    assert "ok" in answers[1]


def test_a_line_without_end_is_cut_off(office: Any) -> None:
    answers = run(office, raw=b"x" * (2 * CONTROL_LINE_MAX))
    assert [answer["refused"] for answer in answers] == ["bad_request"]


def test_refusals_carry_their_clause(office: Any) -> None:
    office.answers["call.show"] = Refused("not_found", "no such call", clause="C1")
    [answer] = run(office, {"do": "call.show"})
    assert answer == {"refused": "not_found", "reason": "no such call", "clause": "C1"}


def test_refusals_carry_what_they_are_about(office: Any) -> None:
    office.answers["call.place"] = Refused("invalid_number", "write it", field="caller")
    [answer] = run(office, {"do": "call.place"})
    assert answer == {
        "refused": "invalid_number", "reason": "write it", "clause": None, "field": "caller"
    }  # fmt: skip


@pytest.mark.parametrize("error", [RuntimeError("+12025550123"), OSError(28, "+12025550123")])
def test_a_bug_is_a_sentence_and_the_next_request_is_answered(
    office: Any, error: Exception
) -> None:
    office.answers["call.show"] = error
    answers = run(office, {"do": "call.show"}, {"do": "account.show"})
    assert "use_case_failed" in answers[0]["failed"]
    assert "2025550123" not in json.dumps(answers)
    assert "ok" in answers[1]


def test_what_cannot_be_encoded_is_a_bug_too(office: Any) -> None:
    office.answers["call.show"] = {"x": object()}
    assert "failed" in run(office, {"do": "call.show"})[0]


def test_a_client_that_vanishes_ends_its_conversation(office: Any) -> None:
    async def go() -> None:
        reader = asyncio.StreamReader()
        writer = Writer()
        writer.fail = True
        reader.feed_data(b'{"do": "account.show"}\n')
        server = ControlServer(None, office)  # type: ignore[arg-type]
        with pytest.raises(ConnectionResetError):
            await server._converse(reader, writer)  # type: ignore[arg-type]

    asyncio.run(go())
