"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class NumberOperations(Group):
    """``number.…``"""

    def add(
        self,
        *,
        number: str,
        flow: str | None = None,
        voice_url: str | None = None,
        voice_method: str | None = None,
        twiml: str | None = None,
        application: str | None = None,
        sms_application: str | None = None,
        sms_flow: str | None = None,
        hooks: builtins.dict[str, models.HookWanted] | None = None,
        name: str | None = None,
        caller_name_lookup: bool | None = None,
        ties: models.Ties | None = None,
        silent: bool | None = None,
        from_stock: bool | None = None,
        replace: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.Number:
        """A number is ours."""
        return cast(
            "models.Number",
            self._connection.ask(
                "POST",
                "/v1/numbers",
                models.Number,
                body={
                    "number": number,
                    "flow": flow,
                    "voice_url": voice_url,
                    "voice_method": voice_method,
                    "twiml": twiml,
                    "application": application,
                    "sms_application": sms_application,
                    "sms_flow": sms_flow,
                    "hooks": hooks,
                    "name": name,
                    "caller_name_lookup": caller_name_lookup,
                    "ties": ties,
                    "silent": silent,
                    "from_stock": from_stock,
                    "replace": replace,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def change(
        self,
        sid: str,
        *,
        flow: str | None = None,
        voice_url: str | None = None,
        voice_method: str | None = None,
        twiml: str | None = None,
        application: str | None = None,
        sms_application: str | None = None,
        sms_flow: str | None = None,
        hooks: builtins.dict[str, models.HookWanted] | None = None,
        name: str | None = None,
        caller_name_lookup: bool | None = None,
        ties: models.Ties | None = None,
        idempotency_key: str | None = None,
    ) -> models.Number:
        """Another thing answers it."""
        return cast(
            "models.Number",
            self._connection.ask(
                "POST",
                f"/v1/numbers/{piece(sid)}",
                models.Number,
                body={
                    "flow": flow,
                    "voice_url": voice_url,
                    "voice_method": voice_method,
                    "twiml": twiml,
                    "application": application,
                    "sms_application": sms_application,
                    "sms_flow": sms_flow,
                    "hooks": hooks,
                    "name": name,
                    "caller_name_lookup": caller_name_lookup,
                    "ties": ties,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> Iterator[models.Number]:
        """Our numbers and what answers them."""
        return cast(
            "Iterator[models.Number]",
            self._connection.pages("GET", "/v1/numbers", models.Number, query={"limit": limit}),
        )

    def lookup(
        self, *, number: str, country: str | None = None, idempotency_key: str | None = None
    ) -> models.Lookup:
        """What a number is by its digits: whether it can exist, where, of what kind."""
        return cast(
            "models.Lookup",
            self._connection.ask(
                "POST",
                "/v1/lookups",
                models.Lookup,
                body={"number": number, "country": country},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def lookup_ask(
        self,
        *,
        number: str,
        fields: builtins.list[str],
        country: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Lookup:
        """What others know of a number besides; it is asked for a purpose the asker has."""
        return cast(
            "models.Lookup",
            self._connection.ask(
                "POST",
                "/v1/lookups/ask",
                models.Lookup,
                body={"number": number, "fields": fields, "country": country},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def move(
        self, to: str, *, sid: str, source: str | None = None, idempotency_key: str | None = None
    ) -> models.Number:
        """Give a number of one account to another; its SID and what was said of it stay."""
        return cast(
            "models.Number",
            self._connection.ask(
                "POST",
                f"/v1/accounts/{piece(to)}/numbers",
                models.Number,
                body={"sid": sid, "source": source},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def remove(self, number: str) -> models.Number:
        """A number, by its SID, is ours no longer."""
        return cast(
            "models.Number",
            self._connection.ask("DELETE", f"/v1/numbers/{piece(number)}", models.Number),
        )

    def show(self, sid: str) -> models.Number:
        """One number."""
        return cast(
            "models.Number", self._connection.ask("GET", f"/v1/numbers/{piece(sid)}", models.Number)
        )

    def stock_add(
        self,
        *,
        first: str,
        last: str | None = None,
        trunk: str | None = None,
        kind: str | None = None,
        voice: bool | None = None,
        sms: bool | None = None,
        mms: bool | None = None,
        fax: bool | None = None,
        beta: bool | None = None,
        address: str | None = None,
        locality: str | None = None,
        region: str | None = None,
        postal_code: str | None = None,
        rate_center: str | None = None,
        lata: str | None = None,
        latitude: float | None = None,
        longitude: float | None = None,
        idempotency_key: str | None = None,
    ) -> models.StockRange:
        """A trunk brings these."""
        return cast(
            "models.StockRange",
            self._connection.ask(
                "POST",
                "/v1/number-stock",
                models.StockRange,
                body={
                    "first": first,
                    "last": last,
                    "trunk": trunk,
                    "kind": kind,
                    "voice": voice,
                    "sms": sms,
                    "mms": mms,
                    "fax": fax,
                    "beta": beta,
                    "address": address,
                    "locality": locality,
                    "region": region,
                    "postal_code": postal_code,
                    "rate_center": rate_center,
                    "lata": lata,
                    "latitude": latitude,
                    "longitude": longitude,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def stock_countries(self, *, limit: int | None = None) -> Iterator[models.StockCountry]:
        """Where there are numbers, and of which kinds."""
        return cast(
            "Iterator[models.StockCountry]",
            self._connection.pages(
                "GET", "/v1/number-stock/countries", models.StockCountry, query={"limit": limit}
            ),
        )

    def stock_free(
        self,
        *,
        country: str | None = None,
        kind: str | None = None,
        voice: bool | None = None,
        sms: bool | None = None,
        mms: bool | None = None,
        fax: bool | None = None,
        contains: str | None = None,
        area_code: str | None = None,
        locality: str | None = None,
        region: str | None = None,
        postal_code: str | None = None,
        rate_center: str | None = None,
        lata: str | None = None,
        near: str | None = None,
        miles: int | None = None,
        no_address: bool | None = None,
        no_local_address: bool | None = None,
        no_foreign_address: bool | None = None,
        beta: bool | None = None,
        limit: int | None = None,
    ) -> Iterator[models.FreeNumber]:
        """Numbers that can be had."""
        return cast(
            "Iterator[models.FreeNumber]",
            self._connection.pages(
                "GET",
                "/v1/number-stock/free",
                models.FreeNumber,
                query={
                    "country": country,
                    "kind": kind,
                    "voice": voice,
                    "sms": sms,
                    "mms": mms,
                    "fax": fax,
                    "contains": contains,
                    "area_code": area_code,
                    "locality": locality,
                    "region": region,
                    "postal_code": postal_code,
                    "rate_center": rate_center,
                    "lata": lata,
                    "near": near,
                    "miles": miles,
                    "no_address": no_address,
                    "no_local_address": no_local_address,
                    "no_foreign_address": no_foreign_address,
                    "beta": beta,
                    "limit": limit,
                },
            ),
        )

    def stock_list(self, *, limit: int | None = None) -> Iterator[models.StockRange]:
        """Ranges of numbers that the trunks bring."""
        return cast(
            "Iterator[models.StockRange]",
            self._connection.pages(
                "GET", "/v1/number-stock", models.StockRange, query={"limit": limit}
            ),
        )

    def stock_remove(self, sid: str) -> models.StockRange:
        """They are not to be had any more."""
        return cast(
            "models.StockRange",
            self._connection.ask("DELETE", f"/v1/number-stock/{piece(sid)}", models.StockRange),
        )
