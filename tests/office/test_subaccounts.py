"""Accounts below the installation's own: let in by their own token, to very little."""

import pytest
from office_open import opened

from ringfence.kernel.errors import Refused

pytestmark = pytest.mark.anyio


async def run(office, name, /, actor="operator", **args):
    return await office.run(name, args, actor=actor)


async def enter(office, sid, token):
    return await run(office, "account.authenticate", "public", account_sid=sid, auth_token=token)


async def test_a_sub_account_has_a_token_of_its_own(office, data):
    made = await run(office, "account.add", name="Branch")
    other = await run(office, "account.add", name="Other")
    assert made.owner == office.account.id
    entered = await enter(office, made.sid, made.token)
    assert (entered.sid, entered.name, entered.token) == (made.sid, "Branch", None)
    for sid, token in (
        (made.sid, other.token), (made.sid, office.directory.auth_token),
        (office.account.id, made.token), (made.sid, ""),
    ):  # fmt: skip
        with pytest.raises(Refused, match="not_authorized"):
            await enter(office, sid, token)
    office.store.store.close()
    again = opened(data)
    assert again.account.id == office.account.id
    assert (await enter(again, made.sid, made.token)).name == "Branch"
    assert made.token not in repr(again.subaccounts)
    again.store.store.close()


async def test_it_may_see_itself_and_nothing_else(office):
    made = await run(office, "account.add", name="Branch")
    actor = f"account:{made.sid}"
    assert (await run(office, "account.show", actor)).sid == made.sid
    for name in ("call.list", "number.list", "key.list", "account.list", "application.list"):
        with pytest.raises(Refused, match="not_authorized"):
            await run(office, name, actor)


async def test_a_suspended_one_stays_out_until_it_is_active_again(office):
    made = await run(office, "account.add", name="Branch")
    for status, inside in (("suspended", False), ("active", True), ("active", True),
                           ("closed", False)):  # fmt: skip
        await run(office, "account.change", sid=made.sid, status=status)
        if inside:
            await enter(office, made.sid, made.token)
        else:
            with pytest.raises(Refused, match="not_authorized"):
                await enter(office, made.sid, made.token)
    with pytest.raises(Refused, match="bad_state"):
        await run(office, "account.change", sid=made.sid, status="active")
    with pytest.raises(Refused, match="bad_argument"):
        await run(office, "account.change", sid=made.sid, status="happy")
    assert (await run(office, "account.find", sid=made.sid)).status == "closed"


async def test_another_is_not_there(office):
    with pytest.raises(Refused, match="not_found"):
        await run(office, "account.find", sid="AC" + "0" * 32)
    assert (await run(office, "account.list")) == []
