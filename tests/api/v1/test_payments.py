"""Payments: every row asks its use case."""

import dataclasses
from typing import Any

from resource_rows import check_rows

from ringfence.accounts.payments import PaymentConnector
from ringfence.api.v1.payments import HANDLERS, Processor


def test_every_row_asks_its_use_case(client: Any, office: Any, basic: Any) -> None:
    check_rows(client, office, basic, HANDLERS)


def test_what_can_be_said_of_a_processor_is_what_is_kept_of_it() -> None:
    kept = {field.name for field in dataclasses.fields(PaymentConnector)}
    assert set(Processor.__struct_fields__) == kept - {"name"}
