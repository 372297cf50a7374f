"""``/v1/calls/SID/simulate``."""

from collections.abc import Callable
from typing import Any

from litestar.testing import TestClient

from ringfence.api import views_simulation as views

Headers = Callable[..., dict[str, str]]


def test_a_simulation_is_asked_for(client: TestClient[Any], office: Any, basic: Headers) -> None:
    line = views.Line(at=0, what="plays", text='says "Hello"')
    office.answers["call.simulate"] = views.Simulation(call="CA1", fetched=False, lines=[line])
    body = {"flow": "welcome", "digits": ["1"]}
    answer = client.post("/v1/calls/CA1/simulate", json=body, headers=basic())
    assert answer.json()["lines"][0]["what"] == "plays"
    assert office.asked[-1][1] == {
        "sid": "CA1", "flow": "welcome", "digits": ["1"], "method": "POST", "dial": "no_answer",
        "fetch": False,
    }  # fmt: skip
    wrong = client.post("/v1/calls/CA1/simulate", json={"dial": "maybe"}, headers=basic())
    assert wrong.status_code == 400
