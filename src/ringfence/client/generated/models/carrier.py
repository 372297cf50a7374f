"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from typing import Literal

import msgspec


class Gateway(msgspec.Struct, frozen=True, kw_only=True):
    """A gateway with HTTP: how it is asked, and where its answers and webhooks have what. ``fields`` and ``headers`` are filled in: {to} {to_digits} {from} {from_digits} {text} {id} {media} {entity} {template} {telemarketer} {campaign} {secret}; ``a.b`` lies in an object a, ``a[]`` is a list, ``a:number`` a number. ``success``: searched in the answer. ``message_id``: a path in it. ``receipt`` and ``inbound``: where a webhook has id, state, error, and from, to, text, id, media. ``states``: its words for states."""

    url: str
    method: Literal["GET", "POST"] | None = None
    body: Literal["form", "json", "query"] | None = None
    headers: builtins.dict[str, str] | None = None
    fields: builtins.dict[str, str] | None = None
    success: str | None = None
    message_id: str | None = None
    secret: str | None = None
    receipt: builtins.dict[str, str] | None = None
    inbound: builtins.dict[str, str] | None = None
    states: builtins.dict[str, str] | None = None


class Smpp(msgspec.Struct, frozen=True, kw_only=True):
    """A message centre that speaks SMPP 3.4, who we are there, and its ways. ``outbind``: the port where it calls us. ``window``: messages sent before the first is answered. ``per_second``: what the contract allows. ``alphabet``: what data coding 0 means there. ``parts``: how long messages are cut. ``languages``: whose national tables telephones there know (ISO 639-1). ``smart``: curly quotes become plain ones where that saves a part. ``receipt_ids``: how receipts write the ids of answers."""

    host: str
    port: int
    tls: bool | None = None
    system_id: str
    password: str
    system_type: str | None = None
    sessions: Literal["receiver", "separate", "transceiver", "transmitter"] | None = None
    outbind: int | None = None
    window: int | None = None
    per_second: int | None = None
    alphabet: Literal["gsm7", "latin1"] | None = None
    parts: Literal["payload", "sar", "udh", "udh16"] | None = None
    languages: builtins.list[str] | None = None
    smart: bool | None = None
    receipt_ids: Literal["decimal", "hex", "same"] | None = None
    service_type: str | None = None
    source_ton: int | None = None
    source_npi: int | None = None
    dest_ton: int | None = None
    dest_npi: int | None = None


class TextCarrier(msgspec.Struct, frozen=True, kw_only=True):
    """A carrier and how it is at the moment. ``kind``: smpp, http, loopback. ``senders``: our numbers and words that go by it alone; none: all the others. ``state``: stopped, connecting, ready, waiting, refused; ``offline`` where no server runs. ``webhook``: path to give to a gateway, shown when it is added and not again."""

    sid: str
    name: str
    kind: str
    address: str
    senders: builtins.list[str]
    state: str
    detail: str | None = None
    since: int | None = None
    waiting: int = 0
    unanswered: int = 0
    webhook: str | None = None
    created: int
