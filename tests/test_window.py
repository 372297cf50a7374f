"""The server as one account sees it: its calls are its own, the rest is the exchange's."""

from types import SimpleNamespace
from typing import Any

from ringfence.exchange import Exchange
from ringfence.markup.exchange import Callback
from ringfence.office.live import Live
from ringfence.window import AccountLive


def test_everything_an_office_asks_of_a_server_is_there() -> None:
    wanted = {name for name in vars(Live) if not name.startswith("_")} | set(Live.__annotations__)
    there = {name for name in vars(AccountLive) if not name.startswith("_")}
    set_ = {"clock", "started", "runner", "addresses", "outgoing", "rooms", "queues", "scribe"}
    assert wanted <= there | set_
    assert wanted <= set(vars(Exchange)) | set_ | {"checks", "payments", "postroom"}


def test_what_is_an_accounts_comes_from_its_wing() -> None:
    told: list[Any] = []
    learned: list[Any] = []
    exchange: Any = SimpleNamespace(
        clock=1, started=2, runner=3, addresses=4, registrations=lambda: 5, metrics=dict,
        postroom="post", engines=list, binding_expires=lambda name: len(name),
    )  # fmt: skip
    wing: Any = SimpleNamespace(
        outgoing="out", control="rooms", queues="queues", checks="checks", payments="paid",
        scribe="read",
        tell=lambda call, request: told.append((call, request)),
    )  # fmt: skip
    live = AccountLive(exchange, wing, lambda one, flow: learned.append((one, flow)))
    assert (live.outgoing, live.rooms, live.queues, live.checks) == (
        "out", "rooms", "queues", "checks",
    )  # fmt: skip
    assert (live.registrations(), live.postroom, live.binding_expires("desk")) == (5, "post", 4)
    request = Callback(url="https://example.com/told")
    live.tell(None, request)
    flow: Any = object()
    live.flow_changed(flow)
    assert (told, learned) == ([(None, request)], [(wing, flow)])
