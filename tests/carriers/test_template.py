"""Gateways by template."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from smpp_net import outbound

from ringfence.carriers.template import (
    Template,
    check,
    identify,
    reach,
    request,
    state_of,
    succeeded,
    told,
)
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.messaging.carrier import Delivery, Registration

URL = "https://sms.example.com/send"
NASTY = 'a"},{"to":"+1&to=x\r\nX: y {secret}'


def template(**changes: Any) -> Template:
    return Template(url=changes.pop("url", URL), **changes)


def test_json() -> None:
    made = request(
        template(
            fields={"to[]": "{to}", "message.text": "{text}", "message.from": "{from}"},
            headers={"Authorization": "Bearer {secret}"},
            secret="s3",
        ),
        outbound(1, NASTY),
    )
    assert json.loads(made.body) == {
        "to": ["+12025550123"],
        "message": {"text": NASTY, "from": "+12025550100"},
    }
    assert made.headers == {"Authorization": "Bearer s3"}
    assert (made.method, made.media_type) == ("POST", "application/json")


def test_a_form() -> None:
    made = request(
        template(body="form", fields={"to": "{to_digits}", "m": "{text}", "ref": "{id}"}),
        outbound(1, NASTY),
    )
    assert parse_qs(made.body.decode()) == {
        "to": ["12025550123"],
        "m": [NASTY],
        "ref": [outbound(1).id],
    }


LINKS = ("https://example.com/a.jpg", "https://example.com/b.jpg")


def test_media_are_a_list_or_are_not_there() -> None:
    fields = {"text": "{text}", "media[]": "{media}", "all": "{media}"}
    made = json.loads(request(template(fields=fields), outbound(1, media=LINKS)).body)
    assert made == {"text": "Hello", "media": list(LINKS), "all": "\n".join(LINKS)}
    assert json.loads(request(template(fields=fields), outbound(1)).body) == {"text": "Hello"}
    form = template(body="form", fields={"MediaUrl": "{media}", "m": "{text}"})
    assert parse_qs(request(form, outbound(1, media=LINKS)).body.decode()) == {
        "MediaUrl": list(LINKS), "m": ["Hello"]
    }  # fmt: skip
    assert parse_qs(request(form, outbound(1)).body.decode()) == {"m": ["Hello"]}


def test_a_gateway_that_knows_no_media_gets_links_in_the_text() -> None:
    made = template(fields={"text": "{text}"})
    said = json.loads(request(made, outbound(1, media=LINKS)).body)["text"]
    assert said == "\n".join(("Hello", *LINKS))
    assert json.loads(request(made, outbound(1, "", media=LINKS)).body)["text"] == "\n".join(LINKS)


def test_a_query() -> None:
    made = request(
        template(
            url=URL + "/{to}?v=1",
            method="GET",
            body="query",
            fields={"text": "{text}", "pe": "{entity}", "media": "{media}"},
        ),
        outbound(1, NASTY, registration=Registration(entity="1101"), media=("https://e/x",)),
    )
    parts = urlsplit(made.url)
    assert parts.path == "/send/%2B12025550123"
    assert parse_qs(parts.query) == {
        "v": ["1"],
        "text": [NASTY],
        "pe": ["1101"],
        "media": ["https://e/x"],
    }
    assert made.body == b""


def test_no_text_ends_a_header() -> None:
    made = request(template(headers={"X-Text": "{text}"}), outbound(1, NASTY))
    assert "\r" not in made.headers["X-Text"]
    assert "\n" not in made.headers["X-Text"]


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "ftp://example.com"},
        {"body": "xml"},
        {"method": "GET", "body": "json"},
        {"fields": {"a": "{nobody}"}},
        {"success": "("},
        {"message_id": "x" * 500},
        {"headers": {"a": "b\nc"}},
        {"states": {"OK": "arrived"}},
        {"fields": {str(n): "x" for n in range(100)}},
    ],
)
def test_what_cannot_work(changes: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        check(template(**changes))
    assert refused.value.code == "bad_template"


def test_what_can() -> None:
    check(template(fields={"to": "{to}"}, success='"ok"', states={"OK": "delivered"}))


def test_a_field_that_is_two_things() -> None:
    with pytest.raises(Refused):
        request(template(fields={"a": "x", "a.b": "y"}), outbound(1))


@pytest.mark.parametrize(
    ("pattern", "answer", "found"),
    [
        ("", b"anything", ""),
        ("messages[0].id", b'{"messages":[{"id":"x1"}]}', "x1"),
        ("id", b'{"id":77}', "77"),
        ("id", b'{"no":1}', ""),
        ("ID: ([a-z0-9]+)", b"OK ID: ab12\n", "ab12"),
        ("[0-9]+", b"queued 4711", "4711"),
        ("a[0]", b"[" * 100_000, ""),
    ],
)
def test_ids(pattern: str, answer: bytes, found: str) -> None:
    assert identify(template(message_id=pattern), answer) == found


def test_success() -> None:
    assert succeeded(template(), b"")
    assert succeeded(template(success='"status": ?"(ok|queued)"'), b'{"status": "ok"}')
    assert not succeeded(template(success='"status": ?"(ok|queued)"'), b'{"status": "no credit"}')


@pytest.mark.parametrize(
    ("path", "found"),
    [("a.b[1]", 3), ("a.b[7]", None), ("a.c", None), ("a.b.c", None), ("x.y", 9), ("[0]", None)],
)
def test_paths(path: str, found: Any) -> None:
    assert reach({"a": {"b": [2, 3]}, "x.y": 9}, path) == found


HOOKS = template(
    receipt={"id": "messageId", "state": "status", "error": "err-code"},
    inbound={"from": "msisdn", "to": "to", "text": "text"},
    states={"OK": "delivered"},
)


def test_webhooks() -> None:
    receipt, message = told(HOOKS, {"messageId": 7, "status": "OK", "err-code": "0", "x": 1})
    assert (receipt, message) == ({"id": "7", "state": "OK", "error": "0"}, {})
    receipt, message = told(HOOKS, {"msisdn": "1", "to": "2", "text": "hi"})
    assert (receipt, message) == ({}, {"from": "1", "to": "2", "text": "hi"})


@pytest.mark.parametrize(
    ("where", "more"),
    [
        ("pics", {"pics": ["https://a.example/1", "https://a.example/2"]}),
        ("pics", {"pics": "https://a.example/1 https://a.example/2"}),
        ("pics", {"pics": "https://a.example/2", "pics[]": ["https://a.example/1",
                                                            "https://a.example/2"]}),
        ("p.0 p.1", {"p.0": "https://a.example/1", "p.1": "https://a.example/2"}),
        ("m.files", {"m": {"files": ["https://a.example/1", 7, "https://a.example/2"]}}),
    ],
)  # fmt: skip
def test_pictures_of_a_message_that_came(where: str, more: dict[str, Any]) -> None:
    hooks = template(inbound={"from": "msisdn", "to": "to", "text": "text", "media": where})
    _, message = told(hooks, {"msisdn": "1", "to": "2", "text": "hi"} | more)
    assert message["media"].split() == ["https://a.example/1", "https://a.example/2"]


@pytest.mark.parametrize("document", [{}, {"messageId": "7"}, [], None, {"msisdn": ["1"], "to": 2}])
def test_webhooks_that_say_nothing(document: Any) -> None:
    with pytest.raises(RemoteError):
        told(HOOKS, document)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("ok", Delivery.DELIVERED),
        ("DELIVRD", Delivery.DELIVERED),
        ("failed", Delivery.UNDELIVERABLE),
        ("whatever", Delivery.UNKNOWN),
    ],
)
def test_words_for_states(word: str, state: Delivery) -> None:
    assert state_of(HOOKS, word)[0] is state
