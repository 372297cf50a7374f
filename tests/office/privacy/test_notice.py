"""The notice of an installation, and what else is compiled from its map."""

import asyncio
import json
from typing import Any

import pytest

from ringfence.office import Office
from ringfence.office.privacy.notice import current_map
from ringfence.promises import registry
from ringfence.storage.schema import metadata


@pytest.fixture
def ask(office: Office) -> Any:
    return lambda name, /, **args: asyncio.run(
        office.run(f"privacy.{name}", args, actor="operator")
    )


def test_the_notice_promises_what_is_kept_and_names_what_is_not(ask: Any) -> None:
    notice = ask("policy.draft", name="myoperator-2019")
    promised = {c["id"] for section in notice["sections"] for c in section["clauses"]}
    states = {c.id: c.state for c in registry.load() if "myoperator-2019" in c.companies}
    assert promised == {name for name, state in states.items() if state == "kept"}
    assert set(notice["not_promised"]) == set(states) - promised


@pytest.mark.promise("CLS-01")
def test_the_kinds_of_data_in_the_notice_are_those_of_the_registry(ask: Any) -> None:
    rows = ask("map", kind="column")
    assert len(rows) == sum(len(table.columns) for table in metadata.tables.values())
    notice = json.loads(ask("policy.current").notice)
    listed = {field for row in notice["data"] for field in row["fields"]}
    personal = {
        f"{row.kind} {row.name}"
        for row in ask("map")
        if str(row.facts.get("category", "")).startswith("user") and row.kind != "cookie"
    }
    assert listed == personal


def test_every_kind_is_in_the_map(ask: Any) -> None:
    assert {row.kind for row in ask("map")} == {
        *("column", "event", "log", "object", "cookie", "region", "processor", "scope"),
        *("purpose", "retention"),
    }


def test_the_record_of_processing_and_the_view_of_an_erasure(ask: Any) -> None:
    rows = {row["purpose"]: row for row in ask("processing")}
    assert rows["connect_call"]["recipients"] == ["account_server", "carrier"]
    view = {row["name"]: row["action"] for row in ask("erasure_view")}
    assert view["parties.address"] == "destroy the key"
    assert view["recording"] == "destroy the key"


@pytest.mark.promise("POL-09")
def test_the_notice_covers_every_page_and_use_case_there_is(office: Office) -> None:
    from ringfence.office.table import TABLE

    data = office.read(lambda queries: current_map(office, queries))
    assert {entry.name for entry in data.of("scope")} == set(TABLE.rows)
