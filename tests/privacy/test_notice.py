"""What is printed is compiled from the map: the notice, the record of processing, an erasure."""

import re
from typing import Any

import pytest
from data_map_source import sources

from ringfence.policy.library import DEFAULT, common, names, sentences, source
from ringfence.policy.lint import lint
from ringfence.policy.pack import load
from ringfence.policy.variables import VARIABLES, filled, named
from ringfence.privacy.labels import Label
from ringfence.privacy.notice import (
    Issuer,
    Said,
    Wording,
    compile_notice,
    encode,
    erasure_view,
    fingerprint,
    processing,
)
from ringfence.privacy.registry import compile_map
from ringfence.privacy.retention import RULES

MAP = compile_map(sources())
ISSUER = Issuer("Example Ltd", "privacy@example.com", "DE")


def made(name: str = DEFAULT) -> dict[str, Any]:
    said = tuple(
        Said(s.clause, s.section, filled(s.summary), filled(s.text))
        for s in sentences(load(source(name)))
    )
    wording = Wording(title="Notice", pack=name, said=said, unkept={"MSG-07": "surveys"})
    return compile_notice(MAP, wording, ISSUER)


@pytest.mark.promise("POL-08")
@pytest.mark.parametrize("name", names())
def test_every_clause_is_layered_and_its_figures_are_those_of_its_variables(name: str) -> None:
    for section in made(name)["sections"]:
        for clause in section["clauses"]:
            assert clause["summary"]
            for layer in ("summary", "text"):
                known = {str(VARIABLES[v]) for v in named(common()[clause["id"]].text)}
                assert set(re.findall(r"[0-9]+", clause[layer])) <= known, clause["id"]


def test_a_figure_changes_with_its_rule() -> None:
    text = common()["RET-02"].text
    assert f"{RULES['call_log'].ceiling_days} days" in filled(text)
    assert "77 days" in filled(text, dict(VARIABLES) | {"call_log_ceiling_days": 77})
    printed = {row["key"]: row["at_most_days"] for row in made()["retention"]}
    assert printed == {rule.key: rule.ceiling_days for rule in RULES.values()}


@pytest.mark.promise("CLS-03")
def test_the_list_of_data_is_the_registry_no_more_and_no_less() -> None:
    listed = {field for row in made()["data"] for field in row["fields"]}
    assert listed == {
        *("column calls.offered_at", "column calls.cause", "column parties.address"),
        *("event CallEnded.at", "event CallEnded.cause", "object recording"),
    }
    phone = next(row for row in made()["data"] if "column parties.address" in row["fields"])
    assert (phone["storage"], phone["subject"]) == (["encrypted"], "people who call or are called")


def test_recipients_places_cookies_and_what_is_not_promised_are_printed() -> None:
    notice = made()
    [recipient] = notice["recipients"]
    assert (recipient["fields"], recipient["place"]) == (["to"], "DE")
    assert [cookie["name"] for cookie in notice["cookies"]] == ["session"]
    assert notice["not_promised"] == {"MSG-07": "surveys"}
    assert notice["map"] == MAP.digest


@pytest.mark.promise("PUR-11")
def test_each_purpose_rests_on_one_ground_that_is_printed() -> None:
    purposes = made()["purposes"]
    assert len({row["key"] for row in purposes}) == len(purposes)
    assert all(row["ground"] for row in purposes)
    assert {row["key"]: row["basis"] for row in purposes}["market"] == "consent"


def test_the_same_notice_has_the_same_fingerprint() -> None:
    assert fingerprint(encode(made())) == fingerprint(encode(made()))
    assert fingerprint(encode(made())) != fingerprint(encode(made("excitel")))


def test_the_record_of_processing_has_a_row_for_each_purpose_about_people() -> None:
    rows = {row["purpose"]: row for row in processing(MAP, ISSUER)}
    assert rows["connect_call"]["categories"] == [
        "user.contact.phone_number",
        "user.telephony.call.fact",
        "user.telephony.call.time",
    ]
    assert rows["notify"]["recipients"] == ["mail_relay"]
    assert rows["notify"]["transfers"] == ["DE"]
    assert rows["call_record"]["erased_after_days"] == {"call_log": 730}
    assert rows["call_record"]["controller"] == "Example Ltd"
    assert "seal" not in rows


def test_an_erasure_reaches_every_place_that_holds_something_about_a_person() -> None:
    rows = {row["name"]: row for row in erasure_view(MAP)}
    assert rows["parties.address"]["action"] == "destroy the key"
    assert rows["calls.cause"]["not_before_days"] == RULES["call_log"].floor_days
    assert "jobs.state" not in rows
    assert rows["recording"]["kind"] == "object"


@pytest.mark.promise("CLS-02")
@pytest.mark.parametrize("name", ["exotel-uae-2018", "myoperator-2019", "calltrackingmetrics-2015"])
def test_an_address_is_personal_whatever_a_policy_calls_it(name: str) -> None:
    claims = [f for f in lint(source(name), is_pack=True) if f.code == "impersonal_address"]
    assert [finding.clause for finding in claims] == ["CLS-02"]
    label = Label(
        "user.device.ip_address", "caller", ("prevent_abuse",), "low", "plain", "operations"
    )
    data = compile_map(sources(logs={"visitor": label}, columns={}, events={}, objects=[]))
    said = tuple(
        Said(s.clause, s.section, filled(s.summary), filled(s.text))
        for s in sentences(load(source(name)))
    )
    notice = compile_notice(data, Wording(title="x", pack=name, said=said, unkept={}), ISSUER)
    assert [row["fields"] for row in notice["data"]] == [["log visitor"]]
    assert [row["name"] for row in erasure_view(data)] == ["visitor"]
