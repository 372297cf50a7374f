"""An account at the switch: its calls run with its own directory, people, rooms and queues."""

import pytest
from switch_bench import Bench

from ringfence.calls.call import Call
from ringfence.calls.causes import Cause
from ringfence.calls.commands import Hangup
from ringfence.calls.events import CallAnsweredByPerson, CallEnded, CallOffered
from ringfence.kernel.ids import AccountId, CallId
from ringfence.switch.directory import Directory
from ringfence.switch.tenant import Listeners, Tenant, listen

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


async def test_who_listens_for_a_kind_of_fact_hears_no_other(bench: Bench) -> None:
    own: list[object] = []
    every: list[object] = []
    listen(bench.runner.tenant.listeners, own.extend, CallOffered, CallEnded)
    listen(bench.runner.listeners, every.extend, CallEnded, CallAnsweredByPerson)
    bench.number("+12025550100", "<Response><Pause length='60'/></Response>")
    bench.invite("+12025550100")
    bench.open_ports()
    (live,) = bench.runner.calls.values()
    bench.runner.command(live, Hangup(cause=Cause.NORMAL))
    bench.close_legs()
    assert [type(fact) for fact in own] == [CallOffered, CallEnded]
    assert [type(fact) for fact in every] == [CallEnded]


def test_one_may_listen_for_several_kinds() -> None:
    listeners: Listeners = {}
    listen(listeners, print, CallOffered, CallEnded)
    listen(listeners, repr, CallEnded)  # type: ignore[arg-type]
    assert listeners == {CallOffered: [print], CallEnded: [print, repr]}
