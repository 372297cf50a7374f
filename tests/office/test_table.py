"""The table of use cases: names, arguments, rights."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.office import Office
from ringfence.office.table import EVERYBODY, TABLE

pytestmark = pytest.mark.anyio


async def test_an_unknown_name_and_unknown_arguments_are_refused(office: Office) -> None:
    with pytest.raises(Refused, match="unknown_use_case"):
        await office.run("number.explode", {}, actor="operator")
    with pytest.raises(Refused, match=r"bad_argument.*number.add takes: number, flow"):
        await office.run("number.add", {"colour": "red"}, actor="operator")
    with pytest.raises(Refused, match="unknown_use_case"):
        await office.run("recording.export", {"sid": "x"}, actor="operator")


async def test_what_needs_a_server_says_how_to_start_one(office: Office) -> None:
    for name, row in TABLE.rows.items():
        if row.live and not row.stream:
            with pytest.raises(Refused, match=r"not_running.*ringfence up"):
                await office.run(name, {}, actor="operator")


async def test_a_stranger_may_only_try_to_sign_in(office: Office) -> None:
    open_to_all = {name for name, row in TABLE.rows.items() if "public" in row.actors}
    assert open_to_all == {
        "account.authenticate", "admin.redeem", "key.authenticate", "session.check", "session.end",
        "system.health", "system.metrics",
    }  # fmt: skip
    for name in set(TABLE.rows) - open_to_all:
        with pytest.raises(Refused, match=r"not_authorized|unknown_use_case"):
            await office.run(name, {}, actor="public")
    assert {"operator", "public"} <= EVERYBODY


async def test_the_api_cannot_change_the_set_up(office: Office) -> None:
    for name in ("number.add", "trunk.add", "phone.add", "flow.add", "trunk.list", "phone.list"):
        with pytest.raises(Refused, match="not_authorized"):
            await office.run(name, {}, actor="api")
