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
    stale = make_client.stale(make_client.generated())
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


def test_a_large_group_has_a_file_for_each_second_word(make_client, document):
    found = make_client.parts(document)
    assert {row[0] for row in found["privacy_case"]} >= {"case_open", "case_close"}
    assert all(not row[0].startswith("case_") for row in found["privacy"])
    assert "call_place" not in found
    assert sum(map(len, found.values())) == sum(map(len, make_client.groups(document).values()))


def test_a_file_that_is_of_no_use_any_more_is_stale(make_client, monkeypatch, tmp_path):
    monkeypatch.setattr(make_client, "FOLDER", tmp_path)
    (tmp_path / "models").mkdir()
    for name in ("old", "same", "other"):
        (tmp_path / f"models/{name}.py").write_text("1")
    files = {"models/same.py": "1", "models/other.py": "2", "models/new.py": "3"}
    assert make_client.stale(files) == ["models/new.py", "models/old.py", "models/other.py"]


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
        ({"type": "array", "items": False, "prefixItems": [{"type": "string"}] * 2},
         "builtins.tuple[str, str]"),
        ({}, "Any"),
    ],
)  # fmt: skip
def test_a_schema_is_a_type(make_client, document, schema, python):
    assert make_client.Names(document).of(schema, prefix="models.") == python


FREE = {
    "Case.facts": "what is noted of a case differs by its family and grows with it",
    "Case.words": "likewise what was said in it",
    "Work.result": "what came of it differs by the kind of work",
}
"""Fields of models that have no type, and why."""


def test_whatever_is_answered_has_a_type(make_client, document):
    names = make_client.Names(document)
    untyped = {
        f"{name}.{field}"
        for name in names.places
        for field, kind in document["components"]["schemas"][name].get("properties", {}).items()
        if "Any" in make_client.re.split(r"\W+", names.of(kind, prefix=""))
    }
    assert untyped == FREE.keys()
