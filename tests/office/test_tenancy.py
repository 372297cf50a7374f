"""Whose desk a request comes to: every use case is either an account's or the installation's."""

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


async def test_a_stream_ends_for_the_people_of_an_account_that_is_stopped(office):
    made = await office.run("account.add", {"name": "Branch"}, actor="operator")
    below = office.branches[made.sid]
    ended = []

    async def lines():
        try:
            for number in range(3):
                yield number
        finally:
            ended.append(True)

    async def stop():
        args = {"sid": made.sid, "status": "suspended"}
        await office.run("account.change", args, actor="operator")

    for who, seen in (
        (Identity("api", "api", "owner", account=made.sid), [0]),
        (Identity("operator", "operator", "owner"), [0, 1, 2]),
    ):
        await office.run("account.change", {"sid": made.sid, "status": "active"}, actor="operator")
        found = []
        async for line in tenancy.while_active(below, who, lines()):
            found.append(line)
            await stop()
        assert found == seen
    assert len(ended) == 2


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
