"""The generated client is what the description of the API says now."""

from typing import Any

import pytest


@pytest.fixture(scope="session")
def make_client(script: Any) -> Any:
    return script("make_client")


@pytest.fixture(scope="session")
def document(make_client: Any) -> Any:
    return make_client.described()


def test_the_client_is_up_to_date(make_client):
    stale = [
        name
        for name, text in make_client.generated().items()
        if (make_client.FOLDER / name).read_text("utf-8") != text
    ]
    assert not stale, "run: python scripts/make_client.py"


def test_every_operation_has_a_method_but_the_stream(make_client, document):
    ids = {op["operationId"] for item in document["paths"].values() for op in item.values()}
    made = {
        f"{group}.{name.rstrip('_')}"
        for group, rows in make_client.groups(document).items()
        for name, *_ in rows
    }
    assert len(made) == len(ids) - 1
    assert {"call.place", "privacy.case_answer", "number.stock_add"} <= made


@pytest.mark.parametrize(
    ("schema", "python"),
    [
        ({"type": "string"}, "str"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "int | None"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Call"}},
         "builtins.list[models.Call]"),
        ({"type": "object", "additionalProperties": {"type": "boolean"}},
         "builtins.dict[str, bool]"),
        ({"enum": ["a", "b"]}, "Literal['a', 'b']"),
        ({}, "Any"),
    ],
)  # fmt: skip
def test_a_schema_is_a_type(make_client, document, schema, python):
    assert make_client.Names(document).of(schema, prefix="models.") == python
