"""Applications: changed in place, used from the next call on."""

import pytest

from ringfence.kernel.errors import Refused

pytestmark = pytest.mark.anyio

VOICE = {"voice": {"url": "https://example.com/a", "method": "GET"}}


async def run(office, name, /, **args):
    return await office.run(name, args, actor="operator")


async def test_an_application_is_kept_and_changed(office):
    made = await run(office, "application.add", name="Menu", hooks=VOICE)
    assert made.hooks["voice"].method == "GET"
    changed = await run(office, "application.change", sid=made.sid, public_connect=True)
    assert (changed.name, changed.public_connect) == ("Menu", True)
    assert changed.hooks == made.hooks
    assert await run(office, "application.list") == [changed]
    assert await run(office, "application.show", sid=made.sid) == changed
    await run(office, "application.remove", sid=made.sid)
    with pytest.raises(Refused, match="not_found"):
        await run(office, "application.show", sid=made.sid)


async def test_a_number_is_answered_by_what_its_application_says_now(office):
    made = await run(office, "application.add", name="Menu", hooks=VOICE)
    await run(office, "number.add", number="+12025550100", application=made.sid)
    directory = office.directory
    entry = directory.numbers["+12025550100"]
    assert directory.url_route(entry.route).url == "https://example.com/a"
    hooks = {"voice": {"url": "https://example.com/b"}, "status": {"url": "https://example.com/s"}}
    await run(office, "application.change", sid=made.sid, hooks=hooks)
    assert directory.url_route(entry.route).url == "https://example.com/b"
    assert directory.status_callback(entry).url == "https://example.com/s"
    await run(office, "application.remove", sid=made.sid)
    with pytest.raises(Refused, match="not_found"):
        directory.url_route(entry.route)


async def test_a_name_has_a_length(office):
    with pytest.raises(Refused, match="bad_name"):
        await run(office, "application.add", name="x" * 65)
