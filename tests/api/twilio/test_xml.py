"""Answers as XML."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio_scene import ON_A_PLATFORM, Scene

from ringfence.api.twilio import xml
from ringfence.api.twilio.operations import operations

HERE = "/2010-04-01/Accounts/AC1/"


def written(resource: str, body: Any) -> ET.Element:
    return ET.fromstring(xml.rendered(resource, body))


def test_one_thing_is_called_by_the_list_it_is_in() -> None:
    found = written(
        "/Accounts/AC1/Calls/CA1.json",
        {"sid": "CA1", "parent_call_sid": None, "muted": True, "uri": HERE + "Calls/CA1.json",
         "subresource_uris": {"user_defined_messages": HERE + "Calls/CA1/X.json?a=b.json"}},
    )  # fmt: skip
    (call,) = found
    assert (call.tag, call.findtext("Sid"), call.findtext("Muted")) == ("Call", "CA1", "true")
    assert call.find("ParentCallSid").text is None  # type: ignore[union-attr]
    assert call.findtext("Uri") == HERE + "Calls/CA1"
    assert call.findtext("SubresourceUris/UserDefinedMessages") == HERE + "Calls/CA1/X?a=b.json"


@pytest.mark.parametrize(
    ("resource", "collection", "row"),
    [
        ("Calls", "calls", "Call"),
        ("Messages/SM1/Media", "media_list", "Media"),
        ("Addresses", "addresses", "Address"),
        ("Queues/QU1/Members", "queue_members", "QueueMember"),
        ("AvailablePhoneNumbers", "countries", "Country"),
        ("SIP/IpAccessControlLists/AL1/IpAddresses", "ip_addresses", "IpAddress"),
        ("SIP/Domains", "domains", "Domain"),
    ],
)
def test_a_list_says_where_it_goes_on(resource: str, collection: str, row: str) -> None:
    uri = f"{HERE}{resource}.json?PageSize=1&Page=1"
    found = written(
        f"/Accounts/AC1/{resource}.json",
        {collection: [{"sid": "x"}], "page": 0, "uri": uri, "next_page_uri": uri,
         "previous_page_uri": None},
    )  # fmt: skip
    (listed,) = found
    assert [one.tag for one in listed] == [row]
    assert listed.get("nextpageuri") == f"{HERE}{resource}?PageSize=1&Page=1"
    assert (listed.get("page"), listed.get("previouspageuri")) == ("0", "")


def test_an_account_and_a_refusal() -> None:
    assert written("/Accounts/AC1.json", {"sid": "AC1"}).findtext("Account/Sid") == "AC1"
    assert written("/Accounts/AC1/Balance.json", {"balance": "1"})[0].tag == "Balance"
    found = ET.fromstring(xml.refusal({"code": 20404, "more_info": "x"}))
    assert found.findtext("RestException/MoreInfo") == "x"


@given(
    st.dictionaries(
        st.text(), st.recursive(
            st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8,
        )
    )
)  # fmt: skip
def test_whatever_is_answered_is_well_formed(body: dict[str, Any]) -> None:
    """Invariant: any body is a document that an XML parser reads."""
    assert written("/Accounts/AC1/Calls.json", body).tag == "TwilioResponse"
    assert written("/Accounts/AC1/Calls.json", {"uri": "", "rows": [body]}) is not None


def _leaves(value: Any) -> int:
    """How many values are said that are not empty."""
    if isinstance(value, dict):
        return sum(map(_leaves, value.values()))
    if isinstance(value, list):
        return sum(map(_leaves, value))
    return value not in {None, ""}


def test_everything_json_says_is_said(scene: Scene) -> None:
    rows = [row for row in operations().rows
            if row.handler is not None and row.method == "GET"
            and row.name not in ON_A_PLATFORM]  # fmt: skip
    assert len(rows) > 60
    for row in rows:
        path = f"/2010-04-01{next(iter(scene._paths(row.path)))}"
        answer = scene.send("GET", f"{path.removesuffix('.json')}.xml")
        assert answer.status_code == 200, row.name
        found = ET.fromstring(answer.content)
        values = sum(
            (not len(one) and bool(one.text)) + sum(map(bool, one.attrib.values()))
            for one in found.iter()
        )
        assert values == _leaves(scene.send("GET", path).json()), row.name
        assert ".json" not in answer.text, row.name
