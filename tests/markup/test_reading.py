"""What a fetched answer means."""

import pytest

from ringfence.markup.exchange import Fetched
from ringfence.markup.problems import KINDS
from ringfence.markup.reading import FETCH_SENTENCES, read_body
from ringfence.markup.verbs import Hangup, Play, Say

URL = "https://example.com/voice"


def read(body, content_type):
    return read_body(Fetched(request=1, body=body, url=URL, content_type=content_type))


@pytest.mark.parametrize(
    "content_type",
    [
        "text/xml",
        "application/xml; charset=utf-8",
        "text/html",
        "text/plain",
        "",
        "audio/mpeg",
        "x",
    ],
)
def test_a_document_is_one_whatever_it_is_called(content_type):
    assert read(b" \n<Response><Hangup/></Response>", content_type).verbs == (Hangup(),)


def test_plain_text_is_spoken():
    assert read(b" Good\nmorning ", "text/plain; charset=utf-8").verbs == (
        Say(text="Good morning"),
    )
    assert not read(b"  ", "text/plain").usable


SAID = "<Response><Say>Grüße</Say></Response>"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (SAID.encode("latin-1"), "text/xml; charset=ISO-8859-1"),
        (SAID.encode("cp1252"), 'text/xml; Charset="windows-1252"'),
        ("Grüße".encode("latin-1"), "text/plain;charset=iso-8859-15"),
        (SAID.encode(), "text/xml; charset=utf-8"),
        (SAID.encode(), "text/xml; charset=nonsense"),
        (SAID.encode(), "text/xml; charset=idna"),
        (b"\xef\xbb\xbf" + SAID.encode(), "text/xml; charset=iso-8859-1"),
        (f'<?xml version="1.0" encoding="utf-8"?>{SAID}'.encode(), "text/xml; charset=latin-1"),
        (f'<?xml version="1.0"?>{SAID}'.encode("latin-1"), "text/xml; charset=latin-1"),
    ],
)
def test_the_server_may_say_how_it_is_written(body, content_type):
    assert read(body, content_type).verbs == (Say(text="Grüße"),)


def test_audio_is_played():
    assert read(b"ID3...", "audio/mpeg").verbs == (Play(url=URL),)


@pytest.mark.parametrize("content_type", ["text/html", "text/xml", ""])
def test_anything_else_is_a_document_that_does_not_parse(content_type):
    document = read(b'{"say": "hello"}', content_type)
    assert not document.usable
    assert document.problems[0].twilio == 12100


@pytest.mark.parametrize("content_type", ["application/json", "image/png", "video/mp4"])
def test_what_says_it_is_something_else_has_a_code_of_its_own(content_type):
    document = read(b'{"say": "hello"}', content_type)
    assert not document.usable
    assert document.problems[0].twilio == 12300


def test_every_failure_has_a_sentence_and_a_kind():
    fetching = {code for code in KINDS if code.startswith("fetch_")}
    assert fetching | {"bad_url"} == FETCH_SENTENCES.keys()
