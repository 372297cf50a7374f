"""Tariffs and balances: every row asks its use case."""

from typing import Any

from resource_rows import check_rows

from ringfence.api.v1.billing import HANDLERS


def test_every_row_asks_its_use_case(client: Any, office: Any, basic: Any) -> None:
    check_rows(client, office, basic, HANDLERS)
