"""The table of operations."""

import pytest
from twilio_shapes import document

from ringfence.api.twilio.operations import Desk, Operations, operations


def test_every_operation_of_the_interface_is_in_the_table_once():
    rows = operations().rows
    assert len(rows) == len({(row.method, row.path) for row in rows}) == 197
    wanted = {
        (method.upper(), path.removeprefix("/2010-04-01"), row["operationId"])
        for path, methods in document()["paths"].items()
        for method, row in methods.items()
        if method in {"get", "post", "delete", "put"}
    }
    assert {(row.method, row.path, row.name) for row in rows} == wanted


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/Accounts.json", "ListAccount"),
        ("GET", "/Accounts/AC1.json", "FetchAccount"),
        ("POST", "/Accounts/AC1/Calls/CA1.json", "UpdateCall"),
        ("GET", "/Accounts/AC1/IncomingPhoneNumbers/Local.json", "ListIncomingPhoneNumberLocal"),
        ("GET", "/Accounts/AC1/IncomingPhoneNumbers/PN1.json", "FetchIncomingPhoneNumber"),
        ("GET", "/Accounts/AC1/Usage/Records/Today.json", "ListUsageRecordToday"),
    ],
)
def test_a_request_finds_its_row(method, path, name):
    row, fields, known = operations().find(method, path)
    assert known
    assert row.name == name
    assert fields.get("AccountSid", "AC1") == "AC1"


def test_a_known_path_with_another_method_is_told_apart_from_an_unknown_one():
    assert operations().find("DELETE", "/Accounts/AC1/Balance.json") == (
        None, {"AccountSid": "AC1"}, True,
    )  # fmt: skip
    assert operations().find("GET", "/Accounts/AC1/Nothing.json") == (None, {}, False)
    assert operations().find("GET", "/Accounts/AC1/Calls/CA1/x.json")[2] is False


def test_states_follow_from_handlers():
    desk = Desk()

    @desk.operation("FetchCall")
    async def fetch(_asked):
        raise NotImplementedError

    desk.operation("ListCall", missing="a filter")(fetch)
    states = {row.name: row.state for row in Operations(desk).rows}
    assert (states["FetchCall"], states["ListCall"], states["CreateCall"]) == (
        "works", "partly", "not",
    )  # fmt: skip


def test_a_handler_for_nothing_is_refused():
    desk = Desk()
    desk.operation("FetchNothing")(None)
    with pytest.raises(LookupError, match="FetchNothing"):
        Operations(desk)
