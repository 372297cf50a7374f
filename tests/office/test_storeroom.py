"""What an office finds at rest."""

import pytest

pytestmark = pytest.mark.anyio


async def test_accounts_share_one_connection_for_long_reading(office):
    made = await office.run("account.add", {"name": "Branch"}, actor="operator")
    below = office.branches[made.sid]
    async with office.store.aside() as first:
        pass
    async with below.store.aside() as second:
        assert second is first
    assert below.store.rooms.account.id == made.sid
