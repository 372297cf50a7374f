"""References in documents, against RFC 3986 5.4 where it applies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.limits import MARKUP_URL_CHARS
from ringfence.markup.urls import is_absolute, is_reference, resolve

BASE = "http://a.example/b/c/d;p?q"


@pytest.mark.parametrize(
    ("reference", "whole"),
    [
        # RFC 3986 5.4.1
        ("g", "http://a.example/b/c/g"),
        ("./g", "http://a.example/b/c/g"),
        ("g/", "http://a.example/b/c/g/"),
        ("/g", "http://a.example/g"),
        ("//g.example", "http://g.example"),
        ("?y", "http://a.example/b/c/d;p?y"),
        ("g?y", "http://a.example/b/c/g?y"),
        ("g#s", "http://a.example/b/c/g"),
        ("", BASE),
        ("..", "http://a.example/b/"),
        ("../g", "http://a.example/b/g"),
        ("../../g", "http://a.example/g"),
        # 5.4.2: more dots than there are levels
        ("../../../../g", "http://a.example/g"),
        ("https://other.example/x", "https://other.example/x"),
        ("hold music.mp3", "http://a.example/b/c/hold%20music.mp3"),
        ('g?q=[1]&of={"a"|b}', "http://a.example/b/c/g?q=[1]&of=%7B%22a%22%7Cb%7D"),
        ("https://x.example/a^b`", "https://x.example/a%5Eb%60"),
        ("flow:welcome#menu", "flow:welcome#menu"),
    ],
)
def test_resolution(reference, whole):
    assert resolve(reference, BASE) == whole


@pytest.mark.parametrize(
    "reference",
    ["ftp://x.example/", "javascript:alert(1)", "file:///etc/passwd", "http://", "a\nb"],
)
def test_what_is_no_url_resolves_to_none(reference):
    assert resolve(reference, BASE) is None


def test_without_a_base_only_absolute_urls_mean_anything():
    assert resolve("/next", "") is None
    assert resolve("/next", "flow:welcome") is None
    assert resolve("", "") is None
    assert resolve("https://x.example/", "flow:welcome") == "https://x.example/"


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("next.xml", True),
        ("https://x.example", True),
        ("flow:a", True),
        ("flow:", False),
        ("", False),
        ("http://x.example:port/", False),
        ("http://[::1/", False),
        ("tel:+12025550123", False),
        ("a" * (MARKUP_URL_CHARS + 1), False),
        ("<x>", False),
    ],
)
def test_references(text, fine):
    assert is_reference(text) is fine


def test_absolute():
    assert is_absolute("HTTP://x.example")
    assert not is_absolute("/x")


@given(st.text(max_size=50), st.sampled_from([BASE, "", "flow:x", "https://x.example"]))
def test_any_reference_is_resolved_or_refused(reference, base):
    """Invariant: the result is None, a flow URL or an absolute http(s) URL."""
    whole = resolve(reference, base)
    assert whole is None or whole.startswith("flow:") or is_absolute(whole)
