"""Fuzz the SIP wire: whatever arrives is parsed or refused with `RemoteError`, nothing else.

    python fuzz/sip/run.py --inputs 1000000 --seed 1

Inputs are the vectors of ``tests/vectors/sip`` with one to eight mutations each, drawn from one
seed, so a finding is repeated by its seed and number. The first input that breaks the invariant
is written to ``--keep`` and ends the run with status 1. An input that takes more than a second of
CPU time counts as broken: a parser that can be made slow can be made silent.

Checked for every message that is understood: all lazy values can be asked for, what is written
back reads back the same, address by address too, it can be answered. Also fed: the stream framer
in random pieces, session descriptions with their negotiation, both sides of digest.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from pathlib import Path

from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import RemoteError
from ringfence.sip.auth import Authenticator, DigestClient, make_ha1
from ringfence.sip.grammar import value_and_params
from ringfence.sip.headers import NameAddr
from ringfence.sip.message import Message, Request, response_to
from ringfence.sip.offer_answer import Agreement, Local, conclude, make_offer, negotiate
from ringfence.sip.parser import parse, salvage
from ringfence.sip.sdp import SessionDescription
from ringfence.sip.stream import Framer

VECTORS = Path(__file__).resolve().parents[2] / "tests" / "vectors" / "sip"
SLOW = 1.0
"""Seconds of CPU time for one input; the slowest honest one takes about a millisecond."""

TYPED = (
    *("vias", "via", "from_", "to", "from_tag", "to_tag", "call_id", "cseq", "contacts", "contact"),
    *("routes", "record_routes", "max_forwards", "expires", "content_type", "supported", "require"),
    *("allow", "refer_to", "contact_star"),
)
ADDRESSES = ("contacts", "routes", "record_routes", "from_", "to")
PIECES = (
    *(
        b"\r\n",
        b"\r\n\r\n",
        b"\n",
        b"\r",
        b"\r\n ",
        b"\t",
        b" ",
        b"\0",
        b"\x7f",
        b"\xff",
        b"\xc3\xa9",
    ),
    *(b'"', b"\\", b"<", b">", b";", b",", b":", b"@", b"=", b"?", b"%", b"%00", b"[", b"]", b"*"),
    *(b"::", b"[::1]", b"4294967296", b"-1", b"0", b"99999999999999999999", b"SIP/2.0", b"sip:"),
    *(b"Via: ", b"\r\nv: SIP/2.0/UDP h", b"\r\nl: 7", b"Content-Length: ", b"z9hG4bK", b";tag=a"),
    *(b"\r\nm=audio 0 RTP/AVP 0", b"a=rtpmap:0 ", b"c=IN IP6 ::", b";received=", b";rport=", b"lr"),
    *(b'Digest realm="r", nonce="', b"stale=true", b"\r\nContact: *", b"tel:+1", b"\xe2\x80\xa8"),
    *(b";%0d%0aX", b"%3b", b"%26", b"%6cr", b'"\\\x07"', b";tag", b"\xc4\xb0", b"\xe2\x84\xaa"),
)
DIGESTS = (
    b'\r\nAuthorization: Digest username="a", realm="r", nonce="n", uri="sip:a@b", response="0"',
    b'\r\nWWW-Authenticate: Digest realm="r", nonce="n", qop="auth,auth-int", algorithm=MD5',
    b'\r\nProxy-Authenticate: Digest realm="r", nonce="n", stale=true, opaque="\\""',
)
LOCAL = Local(host="192.0.2.50", port=16384, session=7)
SERVER = Authenticator("r", b"s" * 32, SeededEntropy(1))
NOW = Ms(1_700_000_000_000)


def seeds() -> list[bytes]:
    """Return the vectors, and each SIP one again with digest headers."""
    vectors = [path.read_bytes() for path in sorted(VECTORS.rglob("*.dat"))]
    return vectors + [
        vector.replace(b"\r\n", header + b"\r\n", 1)
        for vector, header in zip(vectors, DIGESTS * len(vectors), strict=False)
    ]


def mutate(rng: random.Random, corpus: list[bytes]) -> bytes:
    """Return a vector with one to eight changes."""
    data = bytearray(rng.choice(corpus))
    for _ in range(rng.randint(1, 8)):
        size = len(data)
        at = rng.randrange(size + 1)
        match rng.randrange(8):
            case 0:  # one octet becomes another
                if at < size:
                    data[at] = rng.randrange(256)
            case 1 | 2:  # something meaningful appears
                data[at:at] = rng.choice(PIECES)
            case 3:  # something meaningful replaces as much
                piece = rng.choice(PIECES)
                data[at : at + len(piece)] = piece
            case 4:  # a stretch is gone
                del data[at : at + rng.randint(1, 40)]
            case 5:  # a stretch stands twice, or many times
                stretch = data[at : at + rng.randint(1, 60)]
                data[at:at] = stretch * rng.choice((1, 1, 2, 30))
            case 6:  # the middle of another vector
                other = rng.choice(corpus)
                start = rng.randrange(len(other) + 1)
                data[at : at + rng.randint(0, 60)] = other[start : start + rng.randint(1, 120)]
            case _:  # the end is missing
                if rng.randrange(4) == 0:
                    del data[at:]
    return bytes(data)


def ask(message: Message) -> None:
    """Ask for everything that is read lazily."""
    for name in TYPED:
        try:
            getattr(message, name)
        except RemoteError:
            pass
    for _, value in message.headers:
        try:
            value_and_params(value)
        except RemoteError:
            pass


def reads_back(message: Message, name: str) -> None:
    """Hold that an address is written as it was read: requests of ours carry it on."""
    try:
        found = getattr(message, name)
    except RemoteError:
        return
    for address in found if isinstance(found, tuple) else (found,):
        if NameAddr.parse(str(address)) != address:
            raise AssertionError("an address does not read back as it was written")


def examine(data: bytes) -> None:
    """Hold the invariants of a message."""
    try:
        message = parse(data)
    except RemoteError as error:
        request = salvage(data)
        if request is not None:
            request.received_from("192.0.2.200", 5062)
            answer = response_to(request, error.hint, to_tag="t").to_bytes()
            if answer.count(b"\r\n\r\n") != 1:
                raise AssertionError("an answer to a malformed request is two messages") from None
        return
    ask(message)
    for name in ADDRESSES:
        reads_back(message, name)
    again = parse(message.to_bytes())
    same = list(again.headers) == list(message.headers) and again.body == message.body
    if not same or type(again) is not type(message):
        raise AssertionError("a message does not read back as it was written")
    if isinstance(message, Request):
        if again.uri != message.uri:  # type: ignore[union-attr]
            raise AssertionError("a Request-URI does not read back as it was written")
        message.received_from("192.0.2.200", 5062)
        parse(response_to(message, 200, to_tag="t").to_bytes())
        SERVER.verify(message, _known, NOW)
    else:
        client = DigestClient("a", "p", SeededEntropy(1))
        if client.take(message):
            request = Request("INVITE", _TARGET)
            client.sign(request)
            ask(request)
    if message.body:
        examine_session(message.body)


_TARGET = parse(
    b"ACK sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: sip:a@b\r\nTo: sip:a@b\r\nCall-ID: 1\r\n"
    b"CSeq: 1 ACK\r\n\r\n"
).uri  # type: ignore[union-attr]


def _known(user: str, realm: str, _algorithm: str) -> str:
    return make_ha1(user, realm, "p", "MD5")


def examine_session(body: bytes) -> None:
    """Hold the invariants of a session description."""
    try:
        description = SessionDescription.parse(body)
    except RemoteError:
        return
    if SessionDescription.parse(description.to_bytes()) != description:
        raise AssertionError("a session description does not read back as it was written")
    for outcome in (
        negotiate(description, LOCAL),
        conclude(make_offer(LOCAL), description, LOCAL),
    ):
        if isinstance(outcome, Agreement):
            SessionDescription.parse(outcome.local.to_bytes())
            make_offer(LOCAL, previous=outcome.local, direction="sendonly").to_bytes()


def feed(framer: Framer, data: bytes) -> list[bytes]:
    """Feed a stream; one that is refused gives nothing and stays refused."""
    try:
        return framer.feed(data)
    except RemoteError:
        if not framer.closed:
            raise AssertionError("a refused stream is read on") from None
        return []


def examine_stream(rng: random.Random, data: bytes) -> None:
    """Hold the invariants of a stream: framed alike however it is cut."""
    whole, pieces, at = Framer(), Framer(), 0
    expected = feed(whole, data)
    got = []
    while at < len(data):
        step = rng.randint(1, 200)
        got += feed(pieces, data[at : at + step])
        at += step
    if got != expected or whole.closed != pieces.closed:
        raise AssertionError("a stream is framed in two ways")
    for message in got:
        examine(message)


def check_time(started: float) -> None:
    """Hold the bound on CPU time."""
    if time.process_time() - started > SLOW:
        raise AssertionError("an input took more than a second")


def run(inputs: int, seed: int, keep: Path, *, report: bool = False) -> int:
    """Try ``inputs`` mutations; return the exit status."""
    rng = random.Random(seed)
    corpus = seeds()
    sessions = [vector.partition(b"\r\n\r\n")[2] for vector in corpus if b"\r\nv=0" in vector]
    began = time.monotonic()
    for number in range(inputs):
        data = b""
        started = time.process_time()
        try:
            if number % 8 == 6:
                data = mutate(rng, sessions)
                examine_session(data)
            elif number % 8 == 7:
                data = b"".join(mutate(rng, corpus) for _ in range(rng.randint(1, 3)))
                examine_stream(rng, data)
            else:
                data = mutate(rng, corpus)
                examine(data)
            check_time(started)
        except Exception:  # noqa: BLE001 - finding these is the job
            keep.mkdir(parents=True, exist_ok=True)
            path = keep / f"seed-{seed}-input-{number}.bin"
            path.write_bytes(data)
            traceback.print_exc()
            print(f"input {number} of seed {seed} breaks the invariant; kept as {path}")
            return 1
        if report and number and number % 100_000 == 0:
            rate = number / (time.monotonic() - began)
            print(f"{number} inputs, {rate:.0f} a second", flush=True)
    print(f"{inputs} inputs of seed {seed}: parsed or refused, nothing else")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Fuzz the SIP wire.")
    parser.add_argument("--inputs", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz/sip"))
    options = parser.parse_args()
    return run(options.inputs, options.seed, options.keep, report=True)


if __name__ == "__main__":
    sys.exit(main())
