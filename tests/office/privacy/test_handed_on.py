"""Who received somebody's data is told from the records of the person."""

from typing import Any

from ringfence.office.privacy.handed_on import handed_on
from ringfence.privacy.processors import PROCESSORS

RECORDS: dict[str, list[dict[str, Any]]] = {
    "calls": [
        {"id": "CA1", "offered_at": 5, "trunk_id": "TK1"},
        {"id": "CA2", "offered_at": 3, "trunk_id": "TK1"},
        {"id": "CA3", "offered_at": 4, "trunk_id": None},
    ],
    "texts": [
        {"id": "SM1", "sent_at": 6, "carrier": "alpha"},
        {"id": "SM2", "sent_at": None, "carrier": "alpha"},
    ],
    "payments": [
        {"id": "PK1", "asked_at": 7, "connector": "Default"},
        {"id": "PK2", "asked_at": None, "connector": "Default"},
    ],
    "transcriptions": [
        {"id": "TR1", "settled_at": 8, "made_by": "http"},
        {"id": "TR2", "settled_at": 8, "made_by": "sphinx"},
        {"id": "TR3", "settled_at": None, "made_by": None},
    ],
    "notifications": [
        {"id": "NO1", "at": 9, "sealed": ["https://shop.example.com/voice?x=1", []]},
        {"id": "NO2", "at": 10, "sealed": None},
    ],
    "messages": [
        {"id": "SM3", "settled_at": 11, "state": "sent"},
        {"id": "SM4", "settled_at": 12, "state": "failed"},
    ],
    "events": [
        {"name": "LegPlaced", "call_id": "CA1", "at": 13, "body": '{"leg":"LG1","trunk":"TK2"}'},
        {"name": "LegPlaced", "call_id": "CA1", "at": 14, "body": '{"leg":"LG2","trunk":"TK2"}'},
        {"name": "LegPlaced", "call_id": "CA1", "at": 15, "body": '{"leg":"LG3"}'},
        {"name": "CallOffered", "call_id": "CA1", "at": 5, "body": '{"trunk":"TK3"}'},
    ],
}


def test_every_recipient_is_named_once_with_the_records_that_say_when() -> None:
    told = {
        (one["kind"], one["recipient"]): one
        for one in handed_on(RECORDS, {"TK1": "main (sip.example.com)"})
    }
    assert {key: (one["at"], one["records"]) for key, one in told.items()} == {
        ("carrier", "main (sip.example.com)"): (5, ["CA2", "CA1"]),
        ("carrier", "TK2"): (14, ["CA1"]),
        ("mail_relay", "our mail server"): (11, ["SM3"]),
        ("text_carrier", "alpha"): (6, ["SM1"]),
        ("payment_processor", "Default"): (7, ["PK1"]),
        ("recogniser", "http"): (8, ["TR1"]),
        ("account_server", "shop.example.com"): (9, ["NO1"]),
        ("account_server", "one of the account's"): (10, ["NO2"]),
    }


def test_what_they_may_have_and_why_is_said_by_the_list_of_processors() -> None:
    for one in handed_on(RECORDS, {"TK1": "main (sip.example.com)"}):
        processor = PROCESSORS[one["kind"]]
        assert (one["who"], bool(one["basis"])) == (processor.says, True)
        assert set(one["fields"]) == set(processor.fields.values())


def test_nobody_received_anything_of_whom_there_are_no_records() -> None:
    assert handed_on({}, {}) == []
