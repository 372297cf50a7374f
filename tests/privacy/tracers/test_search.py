"""Invariant: a needle in any of the packings below is found, and sealed bytes hold none."""

import base64
import gzip
import io
import quopri
import zipfile
import zlib

import pytest

from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.limits import TRACER_UNPACKED_MAX
from ringfence.kernel.phone import Phone
from ringfence.privacy.tracers.search import Hit, Search, unwrap
from ringfence.privacy.tracers.spellings import number_needles, word_needles
from ringfence.privacy.tracers.tone import tone

SEARCH = Search({
    "one": number_needles(Phone("+12025550123")),
    "two": number_needles(Phone("+12025550188")) | word_needles("Zqvextorlan"),
})  # fmt: skip
LINE = b'{"event": "call", "from": "+12025550123", "padding": "abcdefghijklmnopqrstuvwxyz"}\n'


def zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("report.csv", data)
    return out.getvalue()


PACKINGS = {
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "zip": zipped,
    "base64": base64.b64encode,
    "mime": base64.encodebytes,
    "url-safe": base64.urlsafe_b64encode,
    "hex": lambda data: data.hex().encode(),
    "quoted-printable": quopri.encodestring,
}


def noise(size: int, seed: int = 1) -> bytes:
    return SeededEntropy(seed).token(size)


@pytest.mark.parametrize("outer", [*PACKINGS, None])
@pytest.mark.parametrize("inner", PACKINGS)
def test_two_layers_are_unwrapped(outer, inner):
    packed = PACKINGS[inner](LINE)
    packed = PACKINGS[outer](packed) if outer else packed
    hits = SEARCH.find(noise(500) + b"\n" + packed + b"\n" + noise(500))
    assert {hit.subject for hit in hits} == {"one"}
    assert all(240 <= hit.at < 501 + len(packed) for hit in hits)


def test_a_hit_says_where_and_how():
    assert SEARCH.find(b"abc +12025550188 d") == [Hit("two", "utf-8", 4)]
    deep = SEARCH.find(b"...." + gzip.compress(b"name=zqvextorlan"))
    assert deep == [Hit("two", "utf-8 in deflate", 4)]


def test_a_broken_archive_is_searched_as_far_as_it_goes():
    packed = gzip.compress(b"+12025550123" + noise(5000))
    assert SEARCH.find(packed[: len(packed) // 2])


def test_a_bomb_is_cut_off():
    bomb = zlib.compress(bytes(3 * TRACER_UNPACKED_MAX))
    (packed,) = [p for p in unwrap(bomb) if p.how == "deflate"]
    assert len(packed.data) <= TRACER_UNPACKED_MAX + 4


def test_sealed_bytes_are_silent():
    assert SEARCH.find(noise(1_000_000)) == []


def test_the_voice_is_found_too():
    data = noise(300) + tone(100).tobytes() + noise(300)
    assert SEARCH.find(data) == [Hit("voice", "tone", 300)]
    assert Search({}, tone=False).find(data) == []


def test_two_subjects_are_told_apart():
    hits = SEARCH.find(b"+12025550123 called +12025550188")
    assert [hit.subject for hit in hits] == ["one", "two"]
