"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class PaymentOperations(Group):
    """``payment.…``"""

    def list(self, *, limit: int | None = None) -> Iterator[models.Payment]:
        """Payments, newest first, without what was paid with."""
        return cast(
            "Iterator[models.Payment]",
            self._connection.pages("GET", "/v1/payments", models.Payment, query={"limit": limit}),
        )

    def show(self, sid: str) -> models.Payment:
        """One payment with the last digits it was made with and what the processor answered."""
        return cast(
            "models.Payment",
            self._connection.ask("GET", f"/v1/payments/{piece(sid)}", models.Payment),
        )

    def start(
        self,
        call: str,
        *,
        key: str,
        status_url: str,
        method: str | None = None,
        amount: str | None = None,
        currency: str | None = None,
        connector: str | None = None,
        description: str | None = None,
        token_type: str | None = None,
        card_types: str | None = None,
        security_code: bool | None = None,
        postal_code: bool | None = None,
        min_postal_code_length: int | None = None,
        bank_account_type: str | None = None,
        timeout_s: int | None = None,
        twice: builtins.list[str] | None = None,
        confirm: bool | None = None,
        parameters: builtins.dict[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> models.PaymentSession:
        """Begin a payments session on a call in progress: the caller keys a card in, nobody hears it, and `status_url` is told of it masked."""
        return cast(
            "models.PaymentSession",
            self._connection.ask(
                "POST",
                f"/v1/calls/{piece(call)}/payments",
                models.PaymentSession,
                body={
                    "key": key,
                    "status_url": status_url,
                    "method": method,
                    "amount": amount,
                    "currency": currency,
                    "connector": connector,
                    "description": description,
                    "token_type": token_type,
                    "card_types": card_types,
                    "security_code": security_code,
                    "postal_code": postal_code,
                    "min_postal_code_length": min_postal_code_length,
                    "bank_account_type": bank_account_type,
                    "timeout_s": timeout_s,
                    "twice": twice,
                    "confirm": confirm,
                    "parameters": parameters,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def update(
        self,
        call: str,
        sid: str,
        *,
        status_url: str,
        capture: str | None = None,
        status: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.PaymentSession:
        """Ask the caller for one thing (`capture`), or `complete` or `cancel` the payment."""
        return cast(
            "models.PaymentSession",
            self._connection.ask(
                "POST",
                f"/v1/calls/{piece(call)}/payments/{piece(sid)}",
                models.PaymentSession,
                body={"status_url": status_url, "capture": capture, "status": status},
                key=idempotency_key,
                keyed=True,
            ),
        )
