"""Whose desk a request comes to: every use case is either an account's or the installation's."""

import asyncio

import pytest

from ringfence.accounts.lifecycle import MAY
from ringfence.kernel.errors import Refused
from ringfence.office import tenancy
from ringfence.office.table import TABLE
from ringfence.privacy.roles import Identity

pytestmark = pytest.mark.anyio


def test_every_row_names_a_use_case_and_an_action_of_accounts():
    assert tenancy.TENANT.keys() <= TABLE.rows.keys()
    actions = set().union(*MAY.values())
    assert set(tenancy.TENANT.values()) <= actions


def test_what_is_the_installations_is_in_nobody_elses_hands():
    for prefix in ("trunk.", "carrier.", "backup.", "admin.", "account.", "privacy.policy",
                   "privacy.case", "privacy.demand", "system.", "settings.", "app."):  # fmt: skip
        for name in TABLE.rows:
            if name.startswith(prefix) and name != "account.show":
                assert name not in tenancy.TENANT, name


async def test_the_desk_is_that_of_the_account(office):
    made = await office.run("account.add", {"name": "Branch"}, actor="operator")
    below = office.branches[made.sid]
    owner = Identity("operator", "operator", "owner")
    branch = Identity("api", "api", "owner", account=made.sid)
    app = Identity("app:x", "api", "owner", frozenset(), frozenset({"calls:read"}))
    assert tenancy.desk(office, owner, None, "trunk.list") is office
    assert tenancy.desk(office, owner, made.sid, "call.list") is below
    assert tenancy.desk(office, branch, None, "call.list") is below
    for who, wanted, name, code in (
        (branch, office.account.id, "call.list", "not_found"),
        (owner, "AC" + "0" * 32, "call.list", "not_found"),
        (app, made.sid, "call.list", "not_found"),
        (branch, None, "trunk.list", "not_authorized"),
        (owner, made.sid, "trunk.list", "not_authorized"),
    ):
        with pytest.raises(Refused, match=code):
            tenancy.desk(office, who, wanted, name)
    await office.run("account.change", {"sid": made.sid, "status": "suspended"}, actor="operator")
    with pytest.raises(Refused, match="not_authorized"):
        tenancy.desk(office, branch, None, "call.list")
    assert not tenancy.may(below, "place_call")


async def test_below_nothing_is_the_houses_but_what_is_the_installations(office):
    made = await office.run("account.add", {"name": "Branch"}, actor="operator")
    below = office.branches[made.sid]
    assert below.house is office
    assert below.trunks is office.trunks
    assert below.directory.roll is office.directory.roll
    for name in ("account", "directory", "shelf", "numbers", "flows", "phones", "store",
                 "text_senders", "postbox"):  # fmt: skip
        assert getattr(below, name) is not getattr(office, name), name


@pytest.fixture
def often(monkeypatch):
    monkeypatch.setattr(tenancy, "STREAM_LOOK", 5)


async def nothing_happens():
    await asyncio.Event().wait()


async def reading(office, actor):
    """Wait for the next of a stream in which nothing happens."""
    step = asyncio.create_task(nothing_happens())
    try:
        async with asyncio.timeout(20):
            await tenancy.while_welcome(office, actor, step)
    finally:
        assert step.cancelled()


@pytest.mark.usefixtures("often")
async def test_a_silent_stream_ends_for_the_people_of_an_account_that_is_stopped(office):
    made = await office.run("account.add", {"name": "Branch"}, actor="operator")
    below = office.branches[made.sid]
    theirs = asyncio.create_task(reading(below, f"account:{made.sid}"))
    above = asyncio.create_task(reading(below, "operator"))
    await asyncio.sleep(0.05)
    assert not theirs.done()
    args = {"sid": made.sid, "status": "suspended"}
    await office.run("account.change", args, actor="operator")
    with pytest.raises(Refused, match="not_authorized"):
        await theirs
    await asyncio.sleep(0.05)
    assert not above.done()  # the account above goes on reading
    above.cancel()
    await asyncio.gather(above, return_exceptions=True)


@pytest.mark.usefixtures("often")
async def test_a_silent_stream_ends_with_its_key(office):
    made = await office.run("key.add", {"name": "x", "purposes": ["call_record"]}, actor="operator")
    theirs = asyncio.create_task(reading(office, f"key:{made.sid}"))
    await asyncio.sleep(0.05)
    assert not theirs.done()
    await office.run("key.revoke", {"sid": made.sid}, actor="operator")
    with pytest.raises(Refused, match="key_expired"):
        await theirs


@pytest.mark.usefixtures("often")
async def test_what_comes_when_a_reader_may_no_longer_read_is_not_told(office):
    made = await office.run("key.add", {"name": "x", "purposes": ["call_record"]}, actor="operator")

    async def news():
        await office.run("key.revoke", {"sid": made.sid}, actor="operator")
        return "news"

    with pytest.raises(Refused, match="key_expired"):
        await tenancy.while_welcome(office, f"key:{made.sid}", asyncio.create_task(news()))
    news_of_old = asyncio.create_task(asyncio.sleep(0, "news"))
    assert await tenancy.while_welcome(office, "operator", news_of_old) == "news"


@pytest.mark.parametrize(
    "name",
    ["payment.start", "payment.update", "live_transcription.start", "live_transcription.stop"],
)
async def test_what_a_call_of_an_account_can_be_asked_for_comes_to_its_own_desk(office, name):
    made = await office.run("account.add", {"name": "Branch"}, actor="operator")
    branch = Identity("api", "api", "owner", account=made.sid)
    assert tenancy.desk(office, branch, None, name) is office.branches[made.sid]
    await office.run("account.change", {"sid": made.sid, "status": "suspended"}, actor="operator")
    with pytest.raises(Refused, match="account_suspended"):
        tenancy.desk(office, Identity("operator", "operator", "owner"), made.sid, name)
