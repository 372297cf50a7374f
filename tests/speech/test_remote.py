"""A recogniser behind HTTP: the request it is sent, and what is read from its answer."""

import email
import math
from array import array
from email.policy import HTTP

import pytest

from ringfence.calls.hearing import Wish
from ringfence.kernel.errors import RemoteError
from ringfence.media import wav
from ringfence.speech.remote import Form, Remote, read, request

PCM = array("h", range(160)).tobytes()
WISH = Wish(language="en-GB", hints=("yes", "no"), model="")


def parts(body, media_type):
    whole = f"Content-Type: {media_type}\r\n\r\n".encode() + body
    message = email.message_from_bytes(whole, policy=HTTP)
    return {
        part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
        for part in message.iter_parts()
    }


def test_a_form_with_the_file_and_the_fields_that_say_something():
    form = Form.of(
        form="model=base,file=@,language={lang},tag={language},m={model},prompt={hints}",
        answer="text",
    )
    sent = parts(*request(PCM, WISH, form))
    described, samples = wav.read(sent.pop("file"))
    assert (described.rate, described.channels, samples.tobytes()) == (8000, 1, PCM)
    assert sent == {"model": b"base", "language": b"en", "tag": b"en-GB", "prompt": b"yes no"}


def test_the_file_alone():
    body, media_type = request(PCM, WISH, Form(file=""))
    assert media_type == "audio/wav"
    assert body[:4] == b"RIFF"


@pytest.mark.parametrize(
    ("answer", "path", "found"),
    [
        (b'{"text": " yes\\n please "}', "text", ("yes please", 0.9)),
        (b'{"text": "yes", "confidence": 0.4}', "text", ("yes", 0.4)),
        (b'{"text": "yes", "confidence": 7}', "text", ("yes", 0.9)),
        (b'{"result": [{"text": "no"}]}', "result.0.text", ("no", 0.9)),
        ("ja, grün".encode(), "", ("ja, grün", 0.9)),
    ],
)
def test_the_text_is_where_the_setting_says(answer, path, found):
    assert read(answer, Form(answer=path)) == found


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b'{"text": 5}', b'{"other": ""}', b'"text"'])
def test_garbage_is_the_servers_fault(answer):
    with pytest.raises(RemoteError) as error:
        read(answer, Form())
    assert error.value.hint == 502


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def line():
    tone = array("h", (int(8000 * math.sin(n / 3)) for n in range(4000))).tobytes()
    for piece in (tone, bytes(16_000)):
        yield piece


@pytest.mark.anyio
async def test_it_listens_and_a_server_that_refuses_or_is_away_fails():
    async def answers(body, media_type, wish):
        return 200, b'{"text": "hello"}'

    async def refuses(body, media_type, wish):
        return 401, b""

    async def away(body, media_type, wish):
        raise OSError

    found = [one async for one in Remote(answers, Form()).listen(line(), WISH)]
    assert [one.text for one in found if one.final] == ["hello"]
    for send, hint in ((refuses, 401), (away, 503)):
        with pytest.raises(RemoteError) as error:
            [one async for one in Remote(send, Form()).listen(line(), WISH)]
        assert error.value.hint == hint
