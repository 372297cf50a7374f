"""Looking a number up, here and by asking somebody."""

import json
from dataclasses import replace

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import LOOKUP_KEEP_MS, LOOKUPS_KEPT
from ringfence.office.lookup import Answer, LookupShelf

pytestmark = pytest.mark.anyio

NUMBER = "+12025550123"


class Connector:
    """A running server whose web has one connector in it."""

    def __init__(self, status=200, body=b'{"line_status": "reachable", "roaming": true}'):
        self.asked = []
        self.status, self.body = status, body

    async def post(self, url, body, media_type, headers):
        if self.status == 0:
            raise OSError
        self.asked.append((url, json.loads(body), media_type, dict(headers)))
        return self.status, self.body

    def forget_person(self, party):
        """Nothing else is kept here."""


async def connected(office, connector):
    settings = {"lookup_url": "https://numbers.example.com/ask", "lookup_token": "t0ken"}
    office.settings = replace(office.settings, **settings)
    office.attach(connector)
    here = {"processor": "number_lookup", "country": "US"}
    await office.run("privacy.recipient.engage", here, actor="operator")


async def ask(office, /, **args):
    args = {"number": NUMBER, "fields": ["line_status"]} | args
    return await office.run("number.lookup.ask", args, actor="operator")


async def test_the_digits_are_looked_up_here(office):
    found = await office.run("number.lookup", {"number": "(202) 555-0123"}, actor="operator")
    assert (found.number, found.valid, found.country) == (NUMBER, True, "US")
    assert found.asked == []
    wrong = await office.run("number.lookup", {"number": "+1202"}, actor="operator")
    assert wrong.errors == ["TOO_SHORT"]


async def test_a_country_completes_a_number_or_is_refused(office):
    for country in ("US", "us"):
        given = {"number": "(202) 555-0123", "country": country}
        found = await office.run("number.lookup", given, actor="operator")
        assert (found.number, found.country) == (NUMBER, "US"), country
    await connected(office, Connector())
    for name, more in (("number.lookup", {}), ("number.lookup.ask", {"fields": ["roaming"]})):
        with pytest.raises(Refused) as refused:
            await office.run(name, {"number": NUMBER, "country": "zz", **more}, actor="operator")
        assert refused.value.code == "bad_argument"


@pytest.mark.promise("TEL-12")
async def test_somebody_is_asked_once_in_a_while(office):
    connector = Connector()
    await connected(office, connector)
    found = await ask(office)
    assert (found.line_status, found.roaming, found.answered) == ("reachable", True, True)
    assert await ask(office) == found
    assert connector.asked == [
        (
            "https://numbers.example.com/ask",
            {"number": NUMBER, "fields": ["line_status"]},
            "application/json",
            {"Authorization": "Bearer t0ken"},
        )
    ]
    office.forget_person("PA1")
    await ask(office)
    assert len(connector.asked) == 2


async def test_nobody_is_asked_where_nobody_was_named_or_the_number_cannot_be(office):
    connector = Connector()
    office.attach(connector)
    assert (await ask(office)).answered is False
    await connected(office, connector)
    assert (await ask(office, number="+1202")).valid is False
    assert connector.asked == []


@pytest.mark.promise("TEL-12")
async def test_a_purpose_must_be_declared(office):
    await connected(office, Connector())
    made = await office.run("key.add", {"name": "x", "purposes": ["operate"]}, actor="operator")
    with pytest.raises(Refused, match="purpose_not_declared"):
        await office.run(
            "number.lookup.ask", {"number": NUMBER, "fields": ["line_status"]},
            actor=f"key:{made.sid}",
        )  # fmt: skip


@pytest.mark.promise("TEL-12")
async def test_nobody_is_asked_without_a_contract(office):
    connector = Connector()
    await connected(office, connector)
    over = {"processor": "number_lookup", "country": "US", "until": 1}
    await office.run("privacy.recipient.engage", over, actor="operator")
    with pytest.raises(Refused, match="no_contract"):
        await ask(office)
    assert connector.asked == []


@pytest.mark.parametrize(
    ("status", "body"),
    [(0, b""), (500, b"{}"), (200, b"<html>"), (200, b'{"roaming": "yes"}'), (200, b"1" * 20_000)],
)
async def test_whoever_answers_garbage_is_not_believed(office, status, body):
    await connected(office, Connector(status, body))
    with pytest.raises(Refused, match="lookup_failed"):
        await ask(office)


@pytest.mark.parametrize("fields", [[], ["shoe_size"]])
async def test_only_some_fields_can_be_asked_for(office, fields):
    await connected(office, Connector())
    with pytest.raises(Refused, match="bad_argument"):
        await ask(office, fields=fields)


@pytest.mark.promise("TEL-12")
def test_answers_are_kept_for_minutes_and_only_so_many():
    shelf = LookupShelf()
    shelf.put(("+1", ()), Answer(), 0)
    assert shelf.get(("+1", ()), LOOKUP_KEEP_MS - 1) == Answer()
    assert shelf.get(("+1", ()), LOOKUP_KEEP_MS) is None
    for number in range(LOOKUPS_KEPT + 5):
        shelf.put((str(number), ()), Answer(), 1)
    assert shelf.get(("0", ()), 1) is None
    assert shelf.get(("6", ()), 1) == Answer()
