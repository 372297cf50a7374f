"""Numbers of ours: what is said of them stays with them."""

import pytest
from office_open import opened

from ringfence.kernel.errors import Refused

pytestmark = pytest.mark.anyio

NUMBER = "+12025550100"


async def run(office, name, /, **args):
    return await office.run(name, args, actor="operator")


async def test_what_is_said_of_a_number_survives_a_start(office, data):
    hooks = {"sms": {"url": "https://example.com/sms"}, "fallback": {"url": "https://example.com"}}
    made = await run(
        office, "number.add", number=NUMBER, voice_url="https://example.com/v", hooks=hooks,
        name="Front desk",
    )  # fmt: skip
    office.store.store.close()
    again = opened(data)
    assert await run(again, "number.show", sid=made.sid) == made
    entry = again.directory.numbers[NUMBER]
    assert entry.route.fallback.url == "https://example.com"
    assert again.directory.message_hooks(entry)[0].url == "https://example.com/sms"
    again.store.store.close()


async def test_another_answer_leaves_the_rest(office):
    made = await run(office, "number.add", number=NUMBER, silent=True, name="Front desk")
    assert (made.voice_url, made.flow, made.twiml) == (None, None, False)
    changed = await run(office, "number.change", sid=made.sid, flow="welcome")
    assert (changed.flow, changed.name, changed.sid) == ("welcome", "Front desk", made.sid)
    again = await run(
        office, "number.add", number=NUMBER, twiml="<Response><Hangup/></Response>", replace=True
    )
    assert (again.twiml, again.name) == (True, "Front desk")


async def test_a_method_alone_changes_the_method_alone(office):
    made = await run(office, "number.add", number=NUMBER, voice_url="https://example.com/v")
    changed = await run(office, "number.change", sid=made.sid, voice_method="GET")
    assert (changed.voice_url, changed.voice_method) == ("https://example.com/v", "GET")


async def test_a_number_is_answered_by_one_thing(office):
    for chosen in ({}, {"flow": "welcome", "voice_url": "https://example.com"}):
        with pytest.raises(Refused, match="bad_argument"):
            await run(office, "number.add", number=NUMBER, **chosen)
    with pytest.raises(Refused, match="unknown_application"):
        await run(office, "number.add", number=NUMBER, application="AP0")
