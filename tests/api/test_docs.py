"""The pages for people: every operation, every problem, nothing from elsewhere."""

import re
from typing import Any

import pytest

from ringfence.api.problems import KINDS


def test_every_operation_is_on_the_page(client: Any) -> None:
    page = client.get("/v1/docs").text
    described = client.get("/v1/openapi.json").json()
    for path, item in described["paths"].items():
        for verb in item:
            assert f"{verb.upper()} {path}" in page
    for name in described["components"]["schemas"]:
        assert f'id="model-{name}"' in page


def test_nothing_is_loaded_from_another_host(client: Any) -> None:
    for path in ("/v1/docs", "/v1/problems", "/v1/problems/not_found"):
        page = client.get(path)
        assert "<script" not in page.text
        assert re.findall(r'(?:src|href)="(?:https?:)?//', page.text) == []
        assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_every_link_inside_leads_somewhere(client: Any) -> None:
    page = client.get("/v1/docs").text
    ids = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= ids


@pytest.mark.parametrize("code", [*KINDS, "no_trunk"])
def test_the_type_of_a_problem_is_a_page_that_says_what_to_do(client: Any, code: str) -> None:
    page = client.get(f"/v1/problems/{code}")
    assert page.status_code == 200
    assert "HTTP" in page.text


@pytest.mark.parametrize("code", ["<b>", "a b", "x" * 65])
def test_a_page_repeats_no_nonsense(client: Any, code: str) -> None:
    assert client.get(f"/v1/problems/{code}").status_code == 404


@pytest.mark.parametrize("typed", ["/v1", "/v1/"])
def test_the_address_of_the_api_leads_to_its_page(client: Any, typed: str) -> None:
    answer = client.get(typed, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/v1/docs")
