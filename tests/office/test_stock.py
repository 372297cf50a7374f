"""The stock: taking a number and letting it go."""

import pytest

from ringfence.kernel.errors import Refused

pytestmark = pytest.mark.anyio


async def run(office, name, /, **args):
    return await office.run(name, args, actor="operator")


async def test_a_number_is_taken_from_the_stock_and_comes_back(office):
    made = await run(office, "number.stock.add", first="+12025550150", last="+12025550151")
    assert (made.last, made.count, made.used) == ("+12025550151", 2, 0)
    await run(office, "number.add", number="+12025550150", silent=True, from_stock=True)
    assert [one.number for one in await run(office, "number.stock.free")] == ["+12025550151"]
    assert (await run(office, "number.stock.list"))[0].used == 1
    await run(office, "number.remove", number="+12025550150")
    assert len(await run(office, "number.stock.free")) == 2
    (country,) = await run(office, "number.stock.countries")
    assert (country.code, country.name, country.kinds) == ("US", "United States", ["local"])
    assert country.beta is False


async def test_a_range_has_a_place_and_the_digits_say_what_nobody_did(office):
    await run(
        office, "number.stock.add", first="+12025550150", postal_code="20001", latitude=38.9,
        longitude=-77.0, address="local", mms=True,
    )  # fmt: skip
    (range_,) = await run(office, "number.stock.list")
    assert (range_.place.postal_code, range_.place.region, range_.address) == (
        "20001", None, "local",
    )  # fmt: skip
    (free,) = await run(office, "number.stock.free", near="38.9,-77.0", miles=1, region="DC")
    assert (free.place.locality, free.place.postal_code, free.mms) == ("Washington", "20001", True)
    assert await run(office, "number.stock.free", no_local_address=True) == []
    assert await run(office, "number.stock.free", no_address=True) == []
    assert await run(office, "number.stock.free", no_foreign_address=True) != []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"address": "mine"}, "bad_argument"), ({"latitude": 91.0, "longitude": 0.0}, "bad_place"),
        ({"latitude": 1.0}, "bad_place"), ({"locality": "x" * 65}, "bad_place"),
        ({"region": "two\nlines"}, "bad_place"),
    ],
)  # fmt: skip
async def test_what_is_no_place(office, wrong, code):
    with pytest.raises(Refused, match=code):
        await run(office, "number.stock.add", first="+12025550150", **wrong)
    with pytest.raises(Refused):
        await run(office, "number.stock.free", miles=501)


async def test_only_numbers_of_the_stock_are_taken_from_it(office):
    await run(office, "number.add", number="+12025550177", silent=True, from_stock=True)
    await run(office, "number.stock.add", first="+12025550150")
    with pytest.raises(Refused, match="not_in_stock"):
        await run(office, "number.add", number="+12025550178", silent=True, from_stock=True)
    await run(office, "number.add", number="+12025550178", silent=True)


async def test_a_range_is_there_once_and_can_go(office):
    made = await run(office, "number.stock.add", first="+12025550150", trunk="loopback")
    with pytest.raises(Refused, match="exists"):
        await run(office, "number.stock.add", first="+12025550150")
    for wrong in ({"trunk": "nobody"}, {"kind": "blue"}):
        with pytest.raises(Refused):
            await run(office, "number.stock.add", first="+12025550160", **wrong)
    assert await run(office, "number.stock.remove", sid=made.sid) == made
    assert await run(office, "number.stock.list") == []
