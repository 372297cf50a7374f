"""A request with a key is carried out once; the office remembers, the edge translates."""

from typing import Any

import pytest

from ringfence.api import views_apps as views
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import IDEMPOTENCY_ANSWER_BYTES

PLACE = {"to": "+12025550123"}


@pytest.fixture
def remembered(office: Any) -> list[tuple[str, dict[str, Any]]]:
    seen: list[tuple[str, dict[str, Any]]] = []

    def note(name: str, answer: Any = None) -> Any:
        return lambda **args: (seen.append((name, args)), answer)[1]

    office.answers |= {
        "request.begin": note("begin", views.Replay()),
        "request.finish": note("finish"),
        "request.forget": note("forget"),
    }
    return seen


def test_the_answer_is_kept_under_the_key(client: Any, basic: Any, remembered: Any) -> None:
    answer = client.post("/v1/calls", json=PLACE, headers=basic() | {"Idempotency-Key": "k-1"})
    assert answer.status_code == 201
    (_, begun), (_, kept) = remembered
    assert begun["key"] == kept["key"] == "k-1"
    assert begun["case"] == "call.place"
    assert (kept["status"], kept["body"]) == (201, answer.content)


def test_the_fingerprint_is_of_the_whole_request(
    client: Any, basic: Any, remembered: Any, office: Any
) -> None:
    headers = basic() | {"Idempotency-Key": "k"}
    client.post("/v1/calls", json=PLACE, headers=headers)
    client.post("/v1/calls", json=PLACE, headers=headers)
    client.post("/v1/calls", json=PLACE | {"flow": "x"}, headers=headers)
    client.post("/v1/calls/CA1/hangup", headers=headers)
    prints = [args["fingerprint"] for name, args in remembered if name == "begin"]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3


def test_a_repetition_gets_the_first_answer(client: Any, basic: Any, office: Any) -> None:
    office.answers["request.begin"] = views.Replay(status=201, body=b'{"sid":"CA7"}')
    answer = client.post("/v1/calls", json=PLACE, headers=basic() | {"Idempotency-Key": '"k"'})
    assert (answer.status_code, answer.json()) == (201, {"sid": "CA7"})
    assert answer.headers["idempotent-replayed"] == "true"
    assert "call.place" not in [name for name, *_ in office.asked]


def test_a_refused_request_frees_its_key_and_a_broken_one_does_not(
    client: Any, basic: Any, office: Any, remembered: Any
) -> None:
    headers = basic() | {"Idempotency-Key": "k"}
    office.answers["call.place"] = Refused("no_trunk", "no")
    assert client.post("/v1/calls", json=PLACE, headers=headers).status_code == 422
    assert remembered[-1] == ("forget", {"key": "k", "known": True})
    office.answers["call.place"] = RuntimeError("a bug")
    assert client.post("/v1/calls", json=PLACE, headers=headers).status_code == 500
    assert remembered[-1] == ("forget", {"key": "k", "known": False})


def test_an_answer_too_large_to_keep_is_not_replayed_as_another(
    client: Any, basic: Any, office: Any, remembered: Any
) -> None:
    headers = basic() | {"Idempotency-Key": "k"}
    office.answers["call.place"] = {"x": "y" * IDEMPOTENCY_ANSWER_BYTES}
    assert client.post("/v1/calls", json=PLACE, headers=headers).status_code == 201
    assert remembered[-1][1]["body"] is None
    office.answers["request.begin"] = views.Replay(status=201, body=None)
    answer = client.post("/v1/calls", json=PLACE, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_answer_gone")


@pytest.mark.parametrize("key", ["", '""', "a b", "x" * 256])
def test_a_key_that_is_none_is_refused(client: Any, basic: Any, key: str) -> None:
    answer = client.post("/v1/calls", json=PLACE, headers=basic() | {"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_argument")


def test_without_a_key_and_on_a_get_nothing_is_kept(
    client: Any, basic: Any, remembered: Any
) -> None:
    client.post("/v1/calls", json=PLACE, headers=basic())
    client.get("/v1/calls", headers=basic() | {"Idempotency-Key": "k"})
    assert remembered == []
