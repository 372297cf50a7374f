"""A message centre for tests: takes binds and messages, sends receipts and messages.

async with Smsc(system_id="ringfence", password="secret") as smsc:
    # ringfence carrier add test --smpp 127.0.0.1:PORT --system-id ringfence
    await smsc.bound()
    await smsc.deliver("12025550123", "12025550100", "Hello")

``judge`` decides about each message: a status, or None to stay silent.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from itertools import count
from typing import Self, cast

from ringfence.carriers.smpp.pdu import Command, Framer, Pdu, Tag, Value, parse, serialize
from ringfence.carriers.smpp.status import Status

_BINDS = (Command.BIND_TRANSCEIVER, Command.BIND_TRANSMITTER, Command.BIND_RECEIVER)
_WAIT_S = 30.0


def _yes(_message: Pdu) -> int | None:
    return Status.ESME_ROK


class _Client(asyncio.Protocol):
    """One customer's connection."""

    def __init__(self, smsc: Smsc) -> None:
        self._smsc = smsc
        self._framer = Framer()
        self.kind: Command | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._smsc.clients.append(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.kind = None
        if self in self._smsc.clients:
            self._smsc.clients.remove(self)

    def data_received(self, data: bytes) -> None:
        answers = bytearray()
        for unit in self._framer.receive(data):
            answer = self._smsc.hear(self, parse(unit))
            if answer is not None:
                answers += serialize(answer)
        if answers and self.transport is not None:
            self.transport.write(bytes(answers))

    def say(self, pdu: Pdu) -> None:
        """Send a unit."""
        if self.transport is not None:
            self.transport.write(serialize(pdu))

    @property
    def receives(self) -> bool:
        """Whether messages may be sent to it."""
        return self.kind in {Command.BIND_TRANSCEIVER, Command.BIND_RECEIVER}


class Smsc:
    """The centre. ``messages``: what it took; ``port``: where it listens."""

    def __init__(
        self,
        *,
        system_id: str = "ringfence",
        password: str = "secret",  # noqa: S107 - of a test
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        receipts: bool = False,
    ) -> None:
        self.port = port
        self.messages: list[Pdu] = []
        self.clients: list[_Client] = []
        self.judge: Callable[[Pdu], int | None] = _yes
        self.receipts = receipts
        self.binds = 0
        self.answers: dict[int, asyncio.Future[int]] = {}
        self._who = (system_id, password)
        self._tls = tls
        self._ids = count(1)
        self._sequence = count(1)
        self._changed = asyncio.Event()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Listen; on the same port again after `close`."""
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Client(self), "127.0.0.1", self.port, ssl=self._tls
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and drop everybody."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.drop()

    def drop(self) -> None:
        """Break every connection without a word."""
        for client in list(self.clients):
            if client.transport is not None:
                client.transport.abort()

    async def bound(self, kinds: int = 1) -> None:
        """Wait until somebody is bound; raises ``TimeoutError``."""
        async with asyncio.timeout(_WAIT_S):
            while sum(client.kind is not None for client in self.clients) < kinds:
                self._changed.clear()
                await self._changed.wait()

    async def deliver(self, sender: str, to: str, text: str) -> int:
        """Send a message in GSM letters or UTF-16; return how it was answered."""
        ascii_only = text.isascii()
        octets = text.encode("ascii" if ascii_only else "utf-16-be")
        fields: dict[str, Value] = {
            "source_addr_ton": 1, "source_addr": sender,
            "dest_addr_ton": 1, "destination_addr": to,
            "data_coding": 1 if ascii_only else 8, "short_message": octets,
        }  # fmt: skip
        return await self.send(Pdu(Command.DELIVER_SM, fields=fields))

    async def send(self, message: Pdu) -> int:
        """Send a unit to a customer who receives; return the status of the answer."""
        client = next(client for client in self.clients if client.receives)
        sequence = next(self._sequence)
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.answers[sequence] = answer
        client.say(Pdu(message.command, sequence, 0, message.fields, message.tlvs))
        try:
            async with asyncio.timeout(_WAIT_S):
                status = await answer
        finally:
            del self.answers[sequence]
        return status

    def hear(self, client: _Client, pdu: Pdu) -> Pdu | None:
        """Return the answer to a unit, if it has one now."""
        if pdu.command in _BINDS:
            if (pdu.text("system_id"), pdu.text("password")) != self._who:
                return pdu.answer(Status.ESME_RINVPASWD)
            self.binds += 1
            client.kind = pdu.command
            self._changed.set()
            return pdu.answer(system_id="SMSC")
        if pdu.command in {Command.DELIVER_SM_RESP, Command.DATA_SM_RESP}:
            waiting = self.answers.get(pdu.sequence)
            if waiting is not None and not waiting.done():
                waiting.set_result(pdu.status)
            return None
        if pdu.command is Command.SUBMIT_SM:
            return self._submitted(client, pdu)
        if pdu.command in {Command.ENQUIRE_LINK, Command.UNBIND}:
            return pdu.answer()
        return None

    def _submitted(self, client: _Client, pdu: Pdu) -> Pdu | None:
        status = self.judge(pdu)
        if status is None:
            return None
        if status != Status.ESME_ROK:
            return pdu.answer(status)
        self.messages.append(pdu)
        message_id = f"{next(self._ids):x}"
        if self.receipts and pdu.number("registered_delivery"):
            asyncio.get_running_loop().call_soon(self._receipt, client, pdu, message_id)
        return pdu.answer(message_id=message_id)

    def _receipt(self, client: _Client, pdu: Pdu, message_id: str) -> None:
        to = client if client.receives else next((c for c in self.clients if c.receives), None)
        if to is None:
            return
        dates = "submit date:2401020304 done date:2401020305"
        text = f"id:{message_id} sub:001 dlvrd:001 {dates} stat:DELIVRD err:000 text:"
        to.say(
            Pdu(
                Command.DELIVER_SM,
                next(self._sequence),
                fields={
                    "source_addr": pdu.text("destination_addr"),
                    "destination_addr": pdu.text("source_addr"),
                    "esm_class": 4,
                    "short_message": text.encode("ascii"),
                },
                tlvs={
                    Tag.RECEIPTED_MESSAGE_ID: message_id.encode("ascii") + b"\0",
                    Tag.MESSAGE_STATE: b"\x02",
                },
            )
        )
