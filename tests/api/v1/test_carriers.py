"""Carriers of text: every row asks its use case."""

import dataclasses
from typing import Any

from resource_rows import check_rows

from ringfence.accounts.carriers import HttpGateway, SmppAccess
from ringfence.api.v1.carriers import HANDLERS, Gateway, Smpp


def test_every_row_asks_its_use_case(client: Any, office: Any, basic: Any) -> None:
    check_rows(client, office, basic, HANDLERS)


def test_what_can_be_said_of_a_carrier_is_what_is_kept_of_it() -> None:
    for said, kept in ((Smpp, SmppAccess), (Gateway, HttpGateway)):
        fields = {field.name for field in dataclasses.fields(kept)} - {"hook"}
        assert set(said.__struct_fields__) == fields, "the hook is ours to choose"


def test_what_is_not_said_is_left_out(client: Any, office: Any, basic: Any) -> None:
    office.answers["carrier.add"] = None
    smpp = {"host": "smsc.example.com", "port": 2775, "system_id": "acme", "password": "x"}
    body = {"name": "main", "smpp": smpp}
    assert client.post("/v1/message-carriers", json=body, headers=basic()).status_code == 201
    assert office.asked[-1][1] == body
    wrong = {"name": "main", "smpp": smpp | {"passwort": "x"}}
    assert client.post("/v1/message-carriers", json=wrong, headers=basic()).status_code == 400
