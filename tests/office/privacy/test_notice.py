"""The notice of an installation, and what else is compiled from its map."""

import asyncio
import json
import re
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from ringfence.api import views_policy as views
from ringfence.kernel.errors import Refused
from ringfence.office import Office
from ringfence.office.privacy.notice import current_map, services_off
from ringfence.privacy.recording_law.decision import Case, Party, decide
from ringfence.privacy.recording_law.rules import load
from ringfence.privacy.scopes import SCOPES
from ringfence.privacy.services import spoken_of
from ringfence.promises import registry
from ringfence.storage.schema import metadata


@pytest.fixture
def ask(office: Office) -> Any:
    return lambda name, /, **args: asyncio.run(
        office.run(f"privacy.{name}", args, actor="operator")
    )


def test_the_notice_promises_what_is_kept_and_names_what_is_not(ask: Any, office: Office) -> None:
    notice = ask("policy.draft", name="myoperator-2019")
    promised = {c["id"] for section in notice["sections"] for c in section["clauses"]}
    states = {
        c.id: c.state
        for c in registry.load()
        if "myoperator-2019" in c.companies and spoken_of(c.id, services_off(office))
    }
    kept = {name for name, state in states.items() if state == "kept"}
    assert promised == kept - {"GRV-01"}  # nobody is named who takes grievances
    assert set(notice["not_promised"]) == set(states) - promised


def test_an_officer_is_promised_where_there_is_one(ask: Any) -> None:
    before = ask("policy.draft", name="myoperator-2019")
    assert before["not_promised"]["GRV-01"].startswith("not set up here: ")
    assert "ringfence privacy officer name" in before["not_promised"]["GRV-01"]
    assert "officer for privacy" not in str(before["sections"])
    ask("officer.name", law="*", name="B. Rao", email="privacy@example.com")
    after = ask("policy.draft", name="myoperator-2019")
    assert "GRV-01" not in after["not_promised"]
    assert "An officer for privacy takes questions and grievances" in str(after["sections"])
    assert after["issuer"]["contact"] == "privacy@example.com"


@pytest.mark.parametrize("name", registry.COMPANIES)
def test_nobody_elses_name_stands_in_the_notice(ask: Any, name: str) -> None:
    notice = ask("policy.draft", name=name)
    assert notice["title"] == "Privacy notice"
    assert name.partition("-")[0] not in str({**notice, "pack": ""}).lower()


def test_a_country_is_promised_where_it_is_named(ask: Any, office: Office) -> None:
    said = "in the country named below"
    assert said in str(ask("policy.draft", name="excitel")["sections"])
    office.settings = replace(office.settings, country="")
    notice = ask("policy.draft", name="excitel")
    assert said not in str(notice["sections"])
    assert notice["not_promised"]["XFR-02"].startswith("not set up here: ")


def test_the_shortest_times_that_are_said_are_those_of_the_table(ask: Any, office: Office) -> None:
    office.settings = replace(office.settings, country="US")  # 47 CFR 42.6 speaks of calls alone
    notice = ask("policy.draft", name="ringfence")
    rows = {row["key"]: row["at_least_days"] for row in notice["retention"]}
    assert rows["call_log"] > rows["billing"]
    clauses = {c["id"]: c for section in notice["sections"] for c in section["clauses"]}
    for layer in ("text", "summary"):
        said = [int(figure) for figure in re.findall("[0-9]+", clauses["RET-01"][layer])]
        assert said == [rows["call_log"], rows["billing"]]


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
    asked = set(TABLE.rows) | {f"app {scope}" for scope in SCOPES}
    assert {entry.name for entry in data.of("scope")} == asked


@pytest.mark.promise("PUR-08")
def test_a_service_that_is_off_handles_nothing_and_is_not_spoken_of(
    ask: Any, office: Office
) -> None:
    def said() -> tuple[set[str], set[str]]:
        notice = json.loads(ask("policy.current").notice)
        clauses = {c["id"] for section in notice["sections"] for c in section["clauses"]}
        purposes = {row["key"] for row in notice["purposes"]}
        assert {p for row in notice["data"] for p in row["purposes"]} <= purposes
        return clauses, purposes

    clauses, purposes = said()
    assert "MSG-03" not in clauses
    assert not {"market", "notify"} & purposes
    with pytest.raises(Refused) as refused:
        ask(
            "message.send", template="security_alert", to="a@example.com",
            fields={"what": "x"}, reason="r",
        )  # fmt: skip
    assert (refused.value.code, refused.value.clause) == ("service_off", "PUR-08")
    office.settings = replace(
        office.settings,
        smtp_host="mail.example.com",
        smtp_from="p@example.net",
        public_url="https://p.example.net",
    )
    version = ask("policy.refresh")
    assert version.severity == "material"  # more is done than before
    clauses, purposes = said()
    assert {"MSG-03", "MSG-04"} <= clauses
    assert {"market", "notify", "record_call"} <= purposes
    office.settings = replace(office.settings, recording="never")
    ask("policy.refresh")
    assert "record_call" not in said()[1]
    agreed = (Party("US-NY", consent="given"), Party("US-NY", consent="given"))
    case = Case(source="call", parties=agreed, at=office.clock.now())
    assert decide(case, load()).outcome == "record"
    off = Case(
        source="call", parties=agreed, at=office.clock.now(), policy=office.settings.recording
    )  # fmt: skip
    assert decide(off, load()).outcome == "never"


def test_the_rows_are_of_the_shapes_that_are_described(ask: Any) -> None:
    for case, shape in (("processing", views.Processing), ("erasure_view", views.ErasedPlace)):
        rows = ask(case)
        assert rows
        for row in rows:
            assert set(row) == set(shape.__struct_fields__)
            msgspec.convert(row, shape)
