"""Requests by template: no value changes their structure."""

import json
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.accounts.filling import filled, reach
from ringfence.kernel.errors import Refused


def made(body, fields, values, url="https://x.example/a", headers=None):
    return filled(
        method="POST", url=url, body=body, headers=headers or {}, fields=fields, values=values
    )


@given(st.text(), st.text())
def test_a_value_stays_a_value(one: str, two: str) -> None:
    """Whatever is filled in, the document has the fields of the template and these values."""
    values = {"a": one, "b": two}
    fields = {"x.y": "{a}", "z[]": "{b}"}
    assert json.loads(made("json", fields, values).body) == {"x": {"y": one}, "z": [two]}


def test_forms_queries_and_headers() -> None:
    values = {"a": "1&2", "b": "x\r\nEvil: 1"}
    request = made("form", {"k": "{a}"}, values, headers={"H": "{b}"})
    assert parse_qsl(request.body.decode()) == [("k", "1&2")]
    assert request.headers == {"H": "xEvil: 1"}
    request = made("query", {"k": "{a}"}, values, url="https://x.example/{a}?q=1")
    assert request.url == "https://x.example/1%262?q=1&k=1%262"


@pytest.mark.parametrize(
    ("text", "number"),
    [("2045", 2045), ("08", 8), ("20.45", 20.45), ("-1", -1), ("1e9", "1e9"), ("", ""), ("x", "x")],
)
def test_a_number_is_one_where_the_template_says_so(text: str, number: object) -> None:
    """Processors that want an amount as a number take no text."""
    body = made("json", {"amount.value:number": "{a}", "text": "{a}"}, {"a": text}).body
    assert json.loads(body) == {"amount": {"value": number}, "text": text}
    assert type(json.loads(body)["amount"]["value"]) is type(number)


def test_a_field_is_a_value_or_an_object() -> None:
    with pytest.raises(Refused):
        made("json", {"a": "1", "a.b": "2"}, {})


def test_what_lies_where() -> None:
    document = {"a": {"b": [{"c": 1}]}, "a.b": 2}
    assert reach(document, "a.b") == 2
    assert reach(document, "a.b[0].c") == 2 or reach({"a": {"b": [{"c": 1}]}}, "a.b[0].c") == 1
    assert reach(document, "a.x") is None
    assert reach([1], "a") is None
