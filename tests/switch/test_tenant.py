"""An account at the switch: its calls run with its own directory, people, rooms and queues."""

import pytest
from switch_bench import Bench

from ringfence.calls.call import Call
from ringfence.kernel.ids import AccountId, CallId
from ringfence.switch.directory import Directory
from ringfence.switch.tenant import Tenant

pytestmark = pytest.mark.anyio


async def test_a_call_is_told_to_its_own_tenant(bench: Bench) -> None:
    heard: list[object] = []
    host, directory = bench.runner.tenant.host, bench.directory
    other = Tenant(
        directory=Directory(AccountId("AC2"), "token", roll=directory.roll),
        parties=bench.runner.tenant.parties,
        host=host,
    )
    bench.runner.take_in(other)
    assert bench.runner.tenants == {directory.account: bench.runner.tenant, "AC2": other}
    assert other.receives()
    other.watchers.append(heard.append)
    call = Call(CallId("CA2"), account=AccountId("AC2"), entropy=bench.runner.entropy)
    live = bench.runner.open(call, CallId("CA2"), None, tenant=other)
    assert (live.tenant, live.call) == (other, call)
    own = Call(CallId("CA1"), account=directory.account, entropy=bench.runner.entropy)
    assert bench.runner.open(own, CallId("CA1"), None).tenant is bench.runner.tenant
    assert bench.runner.tenant.performs
    assert not other.performs
