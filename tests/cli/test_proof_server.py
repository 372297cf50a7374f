"""The server of a made-up person names them wherever it answers; its WebSocket is heard in
tests/system/test_prove_erasure.py.
"""

import asyncio
import io
import wave

from aiohttp.test_utils import make_mocked_request

from ringfence.cli.proof_server import Server, clip, picture
from ringfence.cli.proof_ways import make_tracers
from ringfence.kernel.entropy import SeededEntropy

(WHO,) = make_tracers(1, entropy=SeededEntropy(5))


def test_a_clip_is_sound_and_a_picture_one_and_both_name_them():
    with wave.open(io.BytesIO(clip(WHO))) as sound:
        assert (sound.getframerate(), sound.getnframes()) == (8_000, 800)
    for made in (clip(WHO), picture(WHO)):
        assert all(value.encode() in made for value in (WHO.name, WHO.secret, WHO.number.e164))
    assert int.from_bytes(clip(WHO)[4:8], "little") == len(clip(WHO)) - 8


def test_it_answers_with_them_and_lets_it_be_kept():
    server = Server(WHO, "http://127.0.0.1:1")
    for what, kind in (("/x", "text/xml"), ("/x.wav", "audio/wav"), ("/x.png", "image/png")):
        answer = asyncio.run(server.answer(make_mocked_request("GET", what)))
        assert answer.content_type == kind
        assert answer.headers["Cache-Control"] == "max-age=600"
        assert WHO.secret.encode() in answer.body
    assert server.asked == [("GET", "/x"), ("GET", "/x.wav"), ("GET", "/x.png")]
    assert server.at("/y") == f'"http://127.0.0.1:1/{WHO.secret}/y"'
