"""Fuzz the SMPP wire: whatever arrives is read or refused with `RemoteError`, nothing else.

    python fuzz/smpp/run.py --inputs 1000000 --seed 1

Inputs are honest units with one to eight mutations each, drawn from one seed, so a finding is
repeated by its seed and number. The first that breaks the invariant is written to ``--keep`` and
ends the run with status 1; so does one that takes more than a second of CPU time.

Checked: a unit that is read is written back the same; what is in it (header, text, receipt)
can be asked for; a session fed with it in random pieces loses no message and answers nothing twice.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from pathlib import Path

from ringfence.carriers.smpp import reading
from ringfence.carriers.smpp.dialect import Dialect
from ringfence.carriers.smpp.pdu import Command, Pdu, Tag, parse, serialize
from ringfence.carriers.smpp.session import Session
from ringfence.carriers.smpp.status import Status
from ringfence.carriers.smpp.words import Answered, Bind, Closed, Start, Submit
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError, RemoteError

SLOW = 1.0
"""Seconds of CPU time for one input; an honest one takes a tenth of a millisecond."""
NOW = Ms(1_700_000_000_000)
RECEIPT = (
    b"id:1234567890 sub:001 dlvrd:001 submit date:2401020304 done date:2401020305 "
    b"stat:DELIVRD err:000 text:hello"
)
_SM: dict[str, int | str | bytes] = {
    "source_addr_ton": 1, "source_addr_npi": 1, "source_addr": "12025550123",
    "destination_addr": "12025550100", "data_coding": 0,
}  # fmt: skip
HONEST = (
    *(Pdu(command, 2) for command in Command),
    Pdu(Command.BIND_TRANSCEIVER_RESP, 1, tlvs={Tag.SC_INTERFACE_VERSION: b"\x34"}),
    Pdu(Command.SUBMIT_SM_RESP, 2, fields={"message_id": "0a1b"}),
    Pdu(Command.SUBMIT_SM_RESP, 3, Status.ESME_RTHROTTLED),
    Pdu(Command.DELIVER_SM, 9, fields={**_SM, "esm_class": 4, "short_message": RECEIPT}),
    Pdu(
        Command.DELIVER_SM,
        10,
        fields={**_SM, "esm_class": 0x40, "short_message": b"\x05\0\x03\x07\x02\x01hello"},
    ),
    Pdu(Command.DELIVER_SM, 11, fields={**_SM, "data_coding": 8, "short_message": b"\x04\x3f" * 9}),
    Pdu(
        Command.DATA_SM,
        12,
        fields=_SM,
        tlvs={
            Tag.MESSAGE_PAYLOAD: b"long " * 99,
            Tag.SAR_MSG_REF_NUM: b"\0\7",
            Tag.SAR_TOTAL_SEGMENTS: b"\2",
            Tag.SAR_SEGMENT_SEQNUM: b"\1",
        },
    ),
    Pdu(
        Command.DELIVER_SM,
        13,
        fields={**_SM, "esm_class": 4},
        tlvs={
            Tag.RECEIPTED_MESSAGE_ID: b"77\0",
            Tag.MESSAGE_STATE: b"\2",
            Tag.NETWORK_ERROR_CODE: b"\3\0\1",
        },
    ),
)
CORPUS = [serialize(pdu) for pdu in HONEST]
PIECES = (
    b"\0",
    b"\xff",
    b"\0\0\0\x10",
    b"\x80\0\0\4",
    b"\x04\x24\xff\xff",
    b"\x1b",
    b"id:",
    b"\xd8\0",
)


def mutate(rng: random.Random) -> bytes:
    """Return some units with one to eight changes; lengths are mended half of the time."""
    data = bytearray(rng.choice(CORPUS))
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(6):
            case 0 if at < len(data):
                data[at] = rng.randrange(256)
            case 1:
                data[at:at] = rng.choice(PIECES)
            case 2:
                del data[at : at + rng.randint(1, 20)]
            case 3:
                stretch = data[at : at + rng.randint(1, 30)]
                data[at:at] = stretch * rng.choice((1, 2, 40))
            case 4:
                other = rng.choice(CORPUS)
                start = rng.randrange(len(other))
                data[at:at] = other[start : start + rng.randint(1, 60)]
            case _:
                if rng.randrange(3) == 0:
                    del data[at:]
    if rng.randrange(2) and len(data) >= 4:
        data[:4] = len(data).to_bytes(4, "big")
    return bytes(data)


def examine(data: bytes) -> None:
    """Hold the invariants of a unit."""
    try:
        pdu = parse(data)
    except RemoteError as error:
        if error.hint not in iter(Status):
            raise AssertionError("a unit is refused with a status nobody knows") from None
        return
    try:
        written = serialize(pdu)
    except LocalError:
        pass  # longer than the standard allows: read, but never written by us
    else:
        if serialize(parse(written)) != written:
            raise AssertionError("a unit does not read back as it was written")
    try:
        reading.read(pdu, Dialect())
    except RemoteError:
        pass


def converse(data: bytes, rng: random.Random) -> None:
    """Hold the invariants of a session that is fed with it."""
    session = Session(Bind(system_id="me", password="pw"), window=4)
    session.do(Start(), NOW)
    session.receive(serialize(Pdu(Command.BIND_TRANSCEIVER_RESP, 1)), NOW)
    for handle in range(3):
        session.do(Submit(handle, Pdu(Command.SUBMIT_SM)), NOW)
    cut = rng.randrange(len(data) + 1)
    session.receive(data[:cut], NOW)
    session.receive(data[cut:], NOW)
    session.lost(NOW)
    back: list[int] = []
    for event in session.take_events():
        if isinstance(event, Answered):
            back.append(event.handle)
        elif isinstance(event, Closed):
            back += event.unanswered
    if sorted(back) != [0, 1, 2]:
        raise AssertionError("a message was lost or came back twice")


def check_time(began: float) -> None:
    """Raise where one input took too long."""
    if time.process_time() - began > SLOW:
        raise AssertionError("an input took more than a second")


def run(inputs: int, seed: int, keep: Path) -> int:
    """Feed ``inputs`` inputs; 1 if one broke an invariant."""
    rng = random.Random(seed)
    for number in range(inputs):
        data = mutate(rng)
        began = time.process_time()
        try:
            examine(data)
            converse(data, rng)
            check_time(began)
        except Exception:  # noqa: BLE001 - finding these is the job
            keep.mkdir(parents=True, exist_ok=True)
            path = keep / f"seed-{seed}-input-{number}.bin"
            path.write_bytes(data)
            traceback.print_exc()
            print(f"input {number} of seed {seed} breaks the invariant; kept as {path}")
            return 1
    print(f"{inputs} inputs of seed {seed}: read or refused, nothing else")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Fuzz the SMPP wire.")
    parser.add_argument("--inputs", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz/smpp"))
    options = parser.parse_args()
    return run(options.inputs, options.seed, options.keep)


if __name__ == "__main__":
    sys.exit(main())
