"""Usage through the use case."""

import pytest

from ringfence.kernel.errors import Refused

pytestmark = pytest.mark.anyio


async def run(office, /, **args):
    return await office.run("usage.records", args, actor="operator")


async def test_nothing_was_used_yet(office):
    found = await run(office, category="calls")
    assert [(one.count, one.usage, one.count_unit) for one in found] == [(0, 0, "calls")]
    assert len(await run(office, period="daily", since="-2days", category="calls")) == 3
    assert (await run(office, span="yesterday"))[0].end < found[0].end


@pytest.mark.parametrize(
    "args",
    [
        {"period": "hourly"},
        {"span": "tomorrow"},
        {"since": "yesterday"},
        {"since": "2030-13-01"},
        {"since": "+5days"},
        {"since": "-99999days"},
    ],
)
async def test_nonsense_is_refused(office, args):
    with pytest.raises(Refused, match="bad_argument"):
        await run(office, **args)


async def test_a_category_nobody_measures_has_no_records(office):
    assert await run(office, category="fax") == []
