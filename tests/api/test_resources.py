"""A row becomes a handler: the path, the query and the body are the arguments."""

from typing import Any

from ringfence.api import views
from ringfence.api.resources import Body, Nothing, file, resource


class Words(Body, frozen=True, kw_only=True):
    words: str = ""


def test_a_row_says_everything_about_its_resource() -> None:
    made = resource("POST /v1/x/{sid:str}", "x.make", views.Health, "Make.", body=Words, status=201)
    assert made.paths == {"/v1/x/{sid:str}"}
    assert made.http_methods == {"POST", "OPTIONS"} or made.http_methods == {"POST"}
    assert (made.status_code, made.opt["case"], made.opt["body"]) == (201, "x.make", Words)
    assert made.fn.__name__ == "x_make"


def test_a_row_without_a_body_takes_none() -> None:
    assert resource("POST /v1/x", "x.do", views.Health, "Do.").opt["body"] is Nothing
    assert "body" not in resource("GET /v1/x", "x.see", views.Health, "See.").opt
    assert file("POST /v1/x/file", "x.fetch", "Fetch.", public=True).opt["public"] is True


def test_a_body_where_none_is_taken_is_refused(client: Any, basic: Any, office: Any) -> None:
    assert client.post("/v1/calls/CA1/hangup", headers=basic()).status_code == 200
    assert client.post("/v1/calls/CA1/hangup", json={}, headers=basic()).status_code == 200
    answer = client.post("/v1/calls/CA1/hangup", json={"now": True}, headers=basic())
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_argument")


def test_what_is_not_given_is_left_to_the_use_case(client: Any, basic: Any, office: Any) -> None:
    client.post("/v1/calls/search", json={"caller": "+12025550123"}, headers=basic())
    office.answers["call.search"] = views.CallPage(calls=[])
    client.post("/v1/calls/search?limit=7", json={"caller": "+12025550123"}, headers=basic())
    assert office.asked[-1][1] == {"caller": "+12025550123", "limit": 7, "before": None}
