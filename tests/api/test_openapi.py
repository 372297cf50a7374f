"""The description of the API: every resource is in it, with the body it takes."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from ringfence.api.http import HANDLERS
from ringfence.api.openapi import _templated, handlers


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
        for method in handler.http_methods
        if path.startswith("/v1/") and method in {"GET", "POST", "PUT", "DELETE", "PATCH"}
    ]


def test_every_resource_is_in_it_and_nothing_else(described: Any) -> None:
    assert described["openapi"].startswith("3.1")
    wanted = {(_templated(path), method) for path, method, _ in resources()}
    found = {(path, method) for path, item in described["paths"].items() for method in item}
    assert found == wanted
    assert any(path.startswith("/v1/privacy/") for path, _ in found)


def reads_a_body(handler: Any) -> bool:
    names = handler.fn.__code__.co_names
    return bool({"body", "_body", "_asked"} & set(names))


def test_every_handler_that_reads_a_body_describes_it(described: Any) -> None:
    for path, method, handler in resources():
        if not path.startswith("/v1/privacy/"):
            continue
        operation = described["paths"][_templated(path)][method]
        assert reads_a_body(handler) == ("body" in handler.opt), path
        assert ("requestBody" in operation) == ("body" in handler.opt), path
        assert operation["description"], path


def test_bodies_refer_to_schemas_that_are_there(described: Any) -> None:
    schemas = described["components"]["schemas"]
    operation = described["paths"]["/v1/privacy/policy"]["post"]
    name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    assert set(schemas[name.rpartition("/")[2]]["properties"]) == {"name", "document", "effective"}


def test_nothing_of_others_is_served(client: TestClient[Any]) -> None:
    assert client.get("/schema").status_code == 404
    answer = client.get("/v1/openapi.json")
    assert "json" in answer.headers["content-type"]
    assert isinstance(client.app, Litestar)
    assert handlers(client.app)
