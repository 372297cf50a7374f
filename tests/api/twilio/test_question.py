"""Fields, pages and days of a request."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest

from ringfence.api.twilio.problems import Problem
from ringfence.api.twilio.question import Question


def asked(**params):
    values = {name: [value] for name, value in params.items()}
    return Question("api", "AC1", None, "/Accounts/AC1/Calls.json", {}, values)


def fields(uri):
    return dict(parse_qsl(urlsplit(uri).query))


def sid(number):
    return f"CA{number:032x}"


def ms(*when):
    return int(datetime(*when, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("text", "size"), [("7", 7), ("0", 1), ("9999", 1000), ("x", 50), ("", 50)]
)
def test_a_page_has_a_size(text, size):
    assert asked(PageSize=text).page_size == size


def test_more_than_a_page_holds_is_written_like_any_number():
    body = asked(PageSize="2000").listing("calls", [], None).body
    assert json.loads(msgspec.json.encode(body))["page_size"] == 1000


def test_links_carry_the_filters_and_lead_to_the_next_page():
    question = asked(Status="busy", PageSize="2", To="+12025550123")
    body = question.listing("calls", [{"sid": sid(9)}, {"sid": sid(8)}], sid(8)).body
    assert body["next_page_uri"] == (
        "/2010-04-01/Accounts/AC1/Calls.json?Status=busy&To=%2B12025550123"
        f"&PageSize=2&Page=1&PageToken={sid(8)}"
    )
    assert (body["start"], body["end"], body["previous_page_uri"]) == (0, 1, None)


def test_the_last_page_leads_nowhere():
    body = asked(Page="1", PageSize="2", PageToken=sid(8)).listing("calls", [{}], None).body
    assert body["next_page_uri"] is None
    assert (body["start"], body["end"], body["page"]) == (2, 2, 1)
    assert body["previous_page_uri"] == body["first_page_uri"]


def test_pages_lead_back_the_way_they_came():
    params, seen, ways = {"PageSize": "2"}, [], []
    for page in range(30):
        question = asked(**params)
        seen.append(question.token())
        body = question.listing("calls", [{}], sid(page)).body
        assert body["page"] == page
        ways.append(body["uri"])
        params = fields(body["next_page_uri"])
    for page in range(29, 9, -1):
        previous = body["previous_page_uri"]
        assert (previous is None) == (page == 10)
        if previous is not None:
            question = asked(**fields(previous))
            body = question.listing("calls", [{}], sid(99)).body
            assert (body["page"], question.token()) == (page - 1, seen[page - 1])


@pytest.mark.parametrize("token", ["x", "☃", "..", "CA8", "\0", f"{sid(1)}~x", "1" * 10, "~"])
def test_what_no_page_said_is_refused(token):
    for ask in (Question.token, lambda question: question.listing("calls", [], None)):
        with pytest.raises(Problem) as problem:
            ask(asked(PageToken=token, Page="1"))
        assert (problem.value.code, problem.value.status) == (20001, 400)


def test_a_page_of_another_list_is_refused_where_that_can_be_told():
    question = asked(PageToken=sid(1))
    assert question.token("call") == sid(1)
    with pytest.raises(Problem):
        question.token("message")


def test_from_the_second_page_the_first_is_reached():
    second = asked(PageSize="2").listing("calls", [{}], sid(0)).body["next_page_uri"]
    third = asked(**fields(second)).listing("calls", [{}], sid(1)).body["next_page_uri"]
    back = asked(**fields(third)).listing("calls", [{}], None).body["previous_page_uri"]
    assert back == second
    first = asked(**fields(back)).listing("calls", [{}], None).body["previous_page_uri"]
    assert fields(first) == {"PageSize": "2", "Page": "0"}


@pytest.mark.parametrize(
    ("params", "span"),
    [
        ({}, (None, None)),
        ({"StartTime": "2030-01-31"}, (ms(2030, 1, 31), ms(2030, 2, 1))),
        ({"StartTime": "2030-01-31T00:00:00Z"}, (ms(2030, 1, 31), ms(2030, 2, 1))),
        ({"StartTime": "2030-01-31T23:30:00-02:00"}, (ms(2030, 2, 1), ms(2030, 2, 2))),
        ({"StartTime>": "2030-01-31"}, (ms(2030, 1, 31), None)),
        ({"StartTime<": "2030-01-31"}, (None, ms(2030, 2, 1))),
        ({"StartTime<": "9999-12-31"}, (None, ms(9999, 12, 31) + 86_400_000)),
        ({"StartTime>": "2030-01-31T10:00:00Z"}, (ms(2030, 1, 31, 10), None)),
        ({"StartTime<": "2030-01-31T10:00:00+02:00"}, (None, ms(2030, 1, 31, 8))),
    ],
)
def test_days_and_instants(params, span):
    assert asked(**params).span("StartTime") == span


def test_what_is_no_day_is_refused():
    with pytest.raises(Problem) as problem:
        asked(StartTime="yesterday").span("StartTime")
    assert (problem.value.code, problem.value.status) == (20001, 400)
