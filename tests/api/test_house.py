"""What every resource has: rates, strict bodies and queries, pages, tags."""

from typing import Any

import pytest

from ringfence.api import rates, views
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import API_RATE


@pytest.fixture(autouse=True)
def _fresh_rates(application: Any) -> None:
    application.state.pop("rates", None)


def test_an_unknown_field_is_named_and_no_value_is_repeated(client: Any, basic: Any) -> None:
    body = {"to": "+12025550123", "colour": "s3cret"}
    answer = client.post("/v1/calls", json=body, headers=basic())
    assert answer.status_code == 400
    assert "no field colour" in answer.json()["detail"]
    assert "s3cret" not in answer.text
    assert "2025550123" not in answer.text


def test_a_field_that_looks_like_a_value_is_not_repeated(client: Any, basic: Any) -> None:
    answer = client.post("/v1/calls", json={"to": "x", "+12025550123": 1}, headers=basic())
    assert answer.status_code == 400
    assert "2025550123" not in answer.text


def test_a_missing_and_a_wrong_field_are_named(client: Any, basic: Any) -> None:
    for body, says, pointer in (
        ({}, "to is missing", "/to"),
        ({"to": 7}, "to wants `str`", "/to"),
        ({"to": "x", "record": {"track": 1}}, "record.track wants `str", "/record/track"),
        ({"to": "x", "record": {"odd": 1}}, "no field record.odd", "/record/odd"),
        ({"to": "x", "status_events": ["a", 1]}, "status_events.1 wants", "/status_events/1"),
        ({"to": "x" * 5_000}, "to is too long: at most 4096", "/to"),
        ({"to": "x", "ring_s": 2**63}, "ring_s is too large", "/ring_s"),
    ):
        wrong = client.post("/v1/calls", json=body, headers=basic()).json()
        assert says in wrong["detail"], wrong
        assert (wrong["code"], wrong["pointer"]) == ("bad_argument", pointer)
    odd = client.post("/v1/numbers", headers=basic(),
                      json={"number": "x", "hooks": {"s3cret": {"url": 1}}})  # fmt: skip
    assert "something in hooks wants" in odd.json()["detail"]
    assert "s3cret" not in odd.text


@pytest.mark.parametrize("body", [b"", b"{", b"null", b'{"to": "\xff"}', b"\xff", b"[" * 10_000])
def test_what_is_no_json_is_refused(client: Any, basic: Any, body: bytes) -> None:
    answer = client.post("/v1/calls", content=body, headers=basic())
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_argument")


@pytest.mark.parametrize("query", ["colour=red", "status=odd", "status="])
def test_a_query_takes_what_is_declared(client: Any, basic: Any, query: str) -> None:
    answer = client.get(f"/v1/calls?{query}", headers=basic())
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_argument")


def test_a_number_beyond_every_column_is_refused(client: Any, basic: Any, office: Any) -> None:
    large = 2**63
    for path in (f"/v1/privacy/policy/versions/{large}", f"/v1/flows/x?version={large}"):
        assert client.get(path, headers=basic()).status_code in {400, 404}, path
    answer = client.post("/v1/calls", json={"to": "x", "ring_s": large}, headers=basic())
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_argument")
    assert not [name for name, *_ in office.asked if name != "account.authenticate"]


def test_who_is_asking_comes_before_what(client: Any) -> None:
    assert client.post("/v1/calls", content=b"{").status_code == 401
    assert client.get("/v1/calls?colour=red").status_code == 401


def test_what_is_left_of_the_rate_is_on_every_answer(client: Any, basic: Any) -> None:
    for path in ("/v1/calls", "/v1/calls?limit=x"):
        headers = client.get(path, headers=basic()).headers
        assert headers["ratelimit-policy"] == rates.POLICY
        assert headers["ratelimit"].startswith('"default";r=')
    assert "ratelimit" not in client.get("/v1/calls").headers


def test_a_caller_who_asks_too_fast_is_told_when_to_come_back(
    client: Any, basic: Any, application: Any
) -> None:
    application.state["rates"] = rates.Rates(quota=2, window=60)
    codes = [client.get("/v1/calls", headers=basic()).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    answer = client.get("/v1/calls", headers=basic())
    assert int(answer.headers["retry-after"]) > 1
    assert answer.json()["type"] == "/v1/problems/too_many_requests"
    application.state.pop("rates")
    assert API_RATE > 2


def test_a_page_that_has_not_changed_is_not_sent_again(
    client: Any, basic: Any, office: Any
) -> None:
    first = client.get("/v1/calls/CA1", headers=basic())
    again = client.get("/v1/calls/CA1", headers=basic() | {"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    office.answers["call.show"] = views.Health(state="other")
    other = client.get("/v1/calls/CA1", headers=basic() | {"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


def test_the_next_page_begins_behind_the_last_row(client: Any, basic: Any, office: Any) -> None:
    page = client.get("/v1/recordings?limit=1&call=CA1", headers=basic()).json()
    assert office.asked[-1][1] == {"call": "CA1", "newest": True, "limit": 1, "before": None}
    word = page["next"]
    client.get(f"/v1/recordings?limit=1&call=CA1&cursor={word}", headers=basic())
    assert office.asked[-1][1]["before"] == page["items"][0]["sid"]
    for wrong in (f"call=CA2&cursor={word}", "cursor=x", "cursor="):
        answer = client.get(f"/v1/recordings?{wrong}", headers=basic())
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


def test_a_short_page_is_the_last(client: Any, basic: Any) -> None:
    assert client.get("/v1/recordings?limit=2", headers=basic()).json()["next"] is None


def test_a_list_that_is_kept_whole_is_cut_here(client: Any, basic: Any, office: Any) -> None:
    rules = [{"name": str(number)} for number in range(5)]
    office.answers["privacy.processing"] = rules
    found, word = [], ""
    while word is not None:
        page = client.get(f"/v1/privacy/processing?limit=2{word}", headers=basic()).json()
        found += page["items"]
        word = page["next"] and f"&cursor={page['next']}"
    assert found == rules


def test_a_refusal_inside_looks_like_every_other(client: Any, basic: Any, office: Any) -> None:
    office.answers["call.show"] = Refused("held", "a hold keeps it", clause="C1")
    answer = client.get("/v1/calls/CA1", headers=basic())
    assert (answer.status_code, answer.json()["clause"]) == (409, "C1")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "ratelimit" in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_a_body_is_json_and_says_so(
    client: Any, basic: Any, office: Any, headers: dict[str, str]
) -> None:
    office.answers["phone.add"] = None
    body = b'{"name": "desk"}'
    answer = client.post("/v1/phones", content=body, headers=basic() | headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    for good in ({"Content-Type": "application/json; charset=utf-8"}, {}):
        assert client.post("/v1/phones", content=body, headers=basic() | good).status_code == 201


def test_a_query_that_nobody_declared_is_refused(client: Any, basic: Any, office: Any) -> None:
    office.answers["phone.list"] = []
    answer = client.get("/v1/phones?name=desk", headers=basic())
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_argument")
    answer = client.post("/v1/phones?name=desk", json={"name": "desk"}, headers=basic())
    assert answer.status_code == 400
    assert client.get("/v1/phones?limit=5", headers=basic()).status_code == 200
