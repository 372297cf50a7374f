"""Bodies are read up to their limit and not a byte beyond, packed or not."""

import asyncio
import gzip
import zlib

import aiohttp
import pytest

from ringfence.webhooks.result import FetchResult, TooLargeError, read_bounded


class _Content:
    def __init__(self, chunks):
        self._chunks = chunks
        self.read = 0

    async def iter_chunked(self, _size):
        for chunk in self._chunks:
            self.read += 1
            yield chunk


class _Response:
    def __init__(self, chunks, headers=(), length=None):
        self.content = _Content(chunks)
        self.headers = dict(headers)
        self.content_length = length


def _read(response, limit=100):
    return asyncio.run(read_bounded(response, limit))


def test_a_body_within_the_limit():
    assert _read(_Response([b"ab", b"c"])) == b"abc"
    assert _read(_Response([b"x" * 100])) == b"x" * 100


def test_a_body_beyond_the_limit_is_given_up_at_once():
    response = _Response([b"x" * 60] * 1000)
    with pytest.raises(TooLargeError):
        _read(response)
    assert response.content.read == 2


def test_an_announced_length_beyond_the_limit_is_not_read_at_all():
    response = _Response([b"x"], length=101)
    with pytest.raises(TooLargeError):
        _read(response)
    assert response.content.read == 0


@pytest.mark.parametrize(("name", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_packed_bodies_are_unpacked(name, pack):
    packed = pack(b"<Response/>")
    response = _Response([packed[:5], packed[5:]], {"Content-Encoding": name})
    assert _read(response) == b"<Response/>"


def test_a_bomb_is_not_unpacked():
    bomb = gzip.compress(b"\0" * 10_000_000)
    with pytest.raises(TooLargeError):
        _read(_Response([bomb], {"Content-Encoding": "gzip"}))


def test_broken_packing_is_an_error_of_the_far_side():
    with pytest.raises(aiohttp.ClientPayloadError):
        _read(_Response([b"not gzip at all"], {"Content-Encoding": "gzip"}))


def test_a_result_does_not_show_its_body_or_url():
    result = FetchResult(status=200, body=b"secret", url="https://example.com/?a=secret")
    assert "secret" not in repr(result)
    assert result.ok
    assert not FetchResult(failure="fetch_status").ok
