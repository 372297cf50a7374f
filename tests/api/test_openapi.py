"""The description of the API: every resource is in it, with what it takes and answers."""

import re
from typing import Any

import pytest
from litestar.testing import TestClient

from ringfence.api.http import HANDLERS
from ringfence.api.openapi import case, handlers, templated


@pytest.fixture
def described(client: TestClient[Any]) -> Any:
    answer = client.get("/v1/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def resources() -> list[tuple[str, str, Any]]:
    return [
        (path, method.lower(), handler)
        for handler in HANDLERS
        for path in handler.paths
        for method in getattr(handler, "http_methods", ())
        if path.startswith("/v1/") and method not in {"HEAD", "OPTIONS"}
        if not handler.opt.get("plain")
    ]


def test_every_resource_is_in_it_and_nothing_else(described: Any) -> None:
    assert described["openapi"].startswith("3.1")
    wanted = {(templated(path), method) for path, method, _ in resources()}
    found = {(path, method) for path, item in described["paths"].items() for method in item}
    assert found == wanted
    assert any(path.startswith("/v1/privacy/") for path, _ in found)


def test_every_operation_is_named_after_its_use_case(described: Any) -> None:
    names = [op["operationId"] for item in described["paths"].values() for op in item.values()]
    assert len(names) == len(set(names))
    assert "call.place" in names
    for _, _, handler in resources():
        assert case(handler) in names


def takes(handler: Any) -> bool:
    body = handler.opt.get("body")
    return body is not None and bool(body.__struct_fields__)


def test_every_operation_says_what_it_takes_and_answers(described: Any) -> None:
    for path, method, handler in resources():
        operation = described["paths"][templated(path)][method]
        assert ("requestBody" in operation) == takes(handler), path
        assert operation["description"], path
        in_path = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
        assert in_path == set(re.findall(r"\{(\w+)\}", templated(path))), path
        assert {"400", "401", "404", "429", "500"} <= operation["responses"].keys()
        keyed = any(p["name"] == "Idempotency-Key" for p in operation["parameters"])
        assert keyed == (method == "post" and not handler.opt.get("public")), path


def test_every_reference_leads_to_a_schema(described: Any) -> None:
    schemas = described["components"]["schemas"]

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                assert node["$ref"].rpartition("/")[2] in schemas
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(described)
    operation = described["paths"]["/v1/privacy/policy"]["post"]
    name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    assert set(schemas[name.rpartition("/")[2]]["properties"]) == {"name", "document", "effective"}


def test_a_list_is_a_page(described: Any) -> None:
    operation = described["paths"]["/v1/calls"]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema["properties"].keys() == {"items", "next"}
    assert {p["name"] for p in operation["parameters"]} == {
        "status", "limit", "cursor", "Ringfence-Account",
    }  # fmt: skip


def test_nothing_of_others_is_served(client: TestClient[Any]) -> None:
    assert client.get("/schema").status_code == 404
    assert "json" in client.get("/v1/openapi.json").headers["content-type"]
    assert handlers(client.app)
