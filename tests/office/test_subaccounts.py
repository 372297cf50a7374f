"""Accounts below the installation's own: let in by their own token, to very little."""

import pytest
from office_open import opened

from ringfence.accounts.lifecycle import MAY
from ringfence.kernel.errors import Refused

OURS, SILENCE = "+12025550100", "<Response><Pause length='5'/></Response>"

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
    assert made.token not in repr(again.branches)
    again.store.store.close()


async def test_it_sees_its_own_and_nothing_of_the_installations(office):
    made = await run(office, "account.add", name="Branch")
    actor = f"account:{made.sid}"
    assert (await run(office, "account.show", actor)).owner == office.account.id
    await run(office, "number.add", number=OURS, twiml=SILENCE)
    assert await run(office, "number.list", actor) == []
    for name in ("account.list", "trunk.list", "privacy.policy.draft", "privacy.case.list"):
        with pytest.raises(Refused, match="not_authorized"):
            await run(office, name, actor)


async def test_a_number_is_one_accounts_alone(office, data):
    made = await run(office, "account.add", name="Branch")
    actor = f"account:{made.sid}"
    added = await run(office, "number.add", actor, number=OURS, twiml=SILENCE)
    assert await run(office, "number.list") == []
    with pytest.raises(Refused, match="number_exists"):
        await run(office, "number.add", number=OURS, twiml=SILENCE, replace=True)
    with pytest.raises(Refused, match="not_found"):
        await run(office, "number.show", sid=added.sid)
    assert office.directory.roll.whose(OURS) == made.sid
    office.store.store.close()
    again = opened(data)
    assert again.directory.roll.whose(OURS) == made.sid
    assert [n.sid for n in await run(again, "number.list", actor)] == [added.sid]
    moved = await run(again, "number.move", sid=added.sid, source=made.sid, to=again.account.id)
    assert (moved.sid, moved.twiml) == (added.sid, True)
    assert await run(again, "number.list", actor) == []
    await run(again, "number.move", sid=added.sid, to=made.sid)
    await run(again, "account.change", sid=made.sid, status="closed")
    assert again.directory.roll.whose(OURS) is None
    await run(again, "number.add", number=OURS, twiml=SILENCE)
    again.store.store.close()


async def test_a_key_lets_into_its_own_account(office):
    made = await run(office, "account.add", name="Branch")
    below, own = {"account": made.sid}, {}
    for where, sid in ((below, made.sid), (own, office.account.id)):
        args = {"name": "key", "purposes": ["operate"], "role": "owner"}
        key = await office.run("key.add", args, actor="operator", **where)
        bearer = await run(office, "key.authenticate", "public", key=key.sid, secret=key.secret)
        assert (await run(office, "account.show", bearer.actor)).sid == sid
    keys = await office.run("key.list", {}, actor="operator", **below)
    assert len(keys) == 1
    with pytest.raises(Refused, match="not_found"):
        await office.run("account.show", {}, actor=f"key:{keys[0].sid}", account=office.account.id)


async def test_what_an_account_does_depends_on_its_state(office):
    made = await run(office, "account.add", name="Branch")

    async def ask(name, **args):
        return await office.run(name, args, actor="operator", account=made.sid)

    await run(office, "account.change", sid=made.sid, status="suspended")
    assert await ask("number.list") == []
    with pytest.raises(Refused, match="account_suspended"):
        await ask("number.add", number=OURS, twiml=SILENCE)
    await ask("privacy.leave_alone.add", number="+12025550188")
    await run(office, "account.change", sid=made.sid, status="closed")
    with pytest.raises(Refused, match="account_closed"):
        await ask("number.list")


async def test_people_of_one_account_are_nobody_of_anothers(office):
    made = await run(office, "account.add", name="Branch")
    args = {"number": "+12025550188"}
    await office.run("privacy.leave_alone.add", args, actor="operator", account=made.sid)
    counted = [await office.run("privacy.leave_alone.count", {}, actor="operator", account=one)
               for one in (None, made.sid)]  # fmt: skip
    assert counted[0] != counted[1]


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


@pytest.mark.promise("ACC-09")
async def test_the_door_of_a_closed_account_is_shut_at_once_and_for_good(office, data):
    made = await run(office, "account.add", name="Branch")
    await enter(office, made.sid, made.token)
    await run(office, "account.change", sid=made.sid, status="closed")
    with pytest.raises(Refused, match="not_authorized"):
        await enter(office, made.sid, made.token)
    office.store.store.close()
    again = opened(data)
    with pytest.raises(Refused, match="not_authorized"):
        await enter(again, made.sid, made.token)
    for status in ("active", "suspended"):
        with pytest.raises(Refused, match="bad_state"):
            await run(again, "account.change", sid=made.sid, status=status)
    again.store.store.close()


@pytest.mark.promise("ACC-02")
async def test_a_trial_that_becomes_full_keeps_its_notice_its_data_and_what_people_chose(office):
    made = await run(office, "account.add", name="Branch", trial=True)
    there = {"account": made.sid}

    async def ask(name, **args):
        return await office.run(name, args, actor="operator", **there)

    person = {"number": "+12025550123"}
    await ask("number.add", number=OURS, twiml=SILENCE)
    await ask("privacy.consent.give", purpose="market", channel="email", **person)
    await ask("privacy.consent.withdraw", purpose="record_call", **person)
    await ask("privacy.leave_alone.add", number="+12025550124")

    async def treated():
        return [
            (await run(office, "privacy.policy.current")).digest,
            await ask("privacy.consent.show", **person),
            await ask("privacy.leave_alone.count"),
            await run(office, "privacy.retention.rules"),
            await ask("number.list"),
        ]

    before = await treated()
    assert (await run(office, "account.find", sid=made.sid)).trial
    await run(office, "account.change", sid=made.sid, status="full")
    assert not (await run(office, "account.find", sid=made.sid)).trial
    assert await treated() == before
    assert MAY["trial"] == MAY["full"]  # who pays is all that differs
    assert (await enter(office, made.sid, made.token)).sid == made.sid


async def test_another_is_not_there(office):
    with pytest.raises(Refused, match="not_found"):
        await run(office, "account.find", sid="AC" + "0" * 32)
    assert (await run(office, "account.list")) == []


@pytest.mark.parametrize("name", ["", "  ", "\t\n", "\0"])
async def test_an_account_is_called_something(office, name):
    with pytest.raises(Refused, match="bad_name"):
        await run(office, "account.add", name=name)
    made = await run(office, "account.add", name="Branch")
    with pytest.raises(Refused, match="bad_name"):
        await run(office, "account.change", sid=made.sid, name=name)
    assert [one.name for one in await run(office, "account.list")] == ["Branch"]
