"""``/v1/privacy/erasures``."""

from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient

from ringfence.api import views

Headers = Callable[..., dict[str, str]]
ROW = views.ErasureRow(
    store="calls", what="records of calls", count=1, action="restrict", at=9, rule="call_log"
)
PLANNED = views.Erasure(
    sid="ER1", status="planned", reason="request", asked=1, done=None, due=9, rows=[ROW],
    receipt=None, verifier_key=None,
)  # fmt: skip
DONE = views.Erasure(
    sid="ER1", status="done", reason="request", asked=1, done=2, due=9, rows=[ROW],
    receipt="ringfence erasure receipt v1\n", verifier_key="name+id+key",
)  # fmt: skip


def test_a_plan_is_asked_for_by_body_alone(
    client: TestClient[Any], office: Any, basic: Headers
) -> None:
    office.answers["privacy.erase.plan"] = PLANNED
    body = {"address": "+12025550123"}
    answer = client.post("/v1/privacy/erasures", json=body, headers=basic())
    assert answer.status_code == 201
    assert answer.json()["rows"][0]["action"] == "restrict"
    name, args, _ = office.asked[-1]
    assert (name, args) == ("privacy.erase.plan", body | {"reason": "request"})


@pytest.mark.parametrize("body", [{}, {"address": 5}, {"address": "x", "more": 1}, []])
def test_another_body_is_refused(client: TestClient[Any], basic: Headers, body: object) -> None:
    answer = client.post("/v1/privacy/erasures", json=body, headers=basic())
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_argument")


def test_a_plan_is_carried_out_and_shown(
    client: TestClient[Any], office: Any, basic: Headers
) -> None:
    office.answers |= {
        "privacy.erase.execute": DONE, "privacy.erase.show": DONE, "privacy.erase.list": [DONE]
    }  # fmt: skip
    done = client.post("/v1/privacy/erasures/ER1/execute", headers=basic())
    assert (done.status_code, done.json()["status"]) == (200, "done")
    assert client.get("/v1/privacy/erasures/ER1", headers=basic()).json() == done.json()
    assert client.get("/v1/privacy/erasures", headers=basic()).json()["items"] == [done.json()]
    receipt = client.get("/v1/privacy/erasures/ER1/receipt", headers=basic())
    assert receipt.text == DONE.receipt
    assert receipt.headers["content-type"].startswith("text/plain")


def test_there_is_no_receipt_before_the_erasure(
    client: TestClient[Any], office: Any, basic: Headers
) -> None:
    office.answers["privacy.erase.show"] = PLANNED
    answer = client.get("/v1/privacy/erasures/ER1/receipt", headers=basic())
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", ""),
        ("GET", ""),
        ("GET", "/ER1"),
        ("GET", "/ER1/receipt"),
        ("POST", "/ER1/execute"),
    ],
)
def test_strangers_learn_nothing(client: TestClient[Any], method: str, path: str) -> None:
    assert client.request(method, f"/v1/privacy/erasures{path}").status_code == 401
