"""Invariant: only reports are signed, and each signed one is a leaf of the log."""

import asyncio

import pytest

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import PROOF_TEXT_BYTES
from ringfence.privacy.checkpoint import verify_text
from ringfence.privacy.tracers.report import HEAD, Report, Searched

TEXT = Report(
    begun=Ms(0), ended=Ms(1), version="1", erasures=["ER1"], ways=["a call"], planted=100,
    searched=[Searched(what="data", files=1, octets=1, hits=0)], found=100, seconds=1.0,
).text()  # fmt: skip


def sign(office, text):
    async def ask():
        return await office.run("privacy.proof.sign", {"text": text}, actor="operator")

    return asyncio.run(ask())


def test_a_report_is_signed_and_becomes_a_leaf(office):
    before = office.store.store.trail.size
    signed = sign(office, TEXT)
    signer = office.store.store.signer()
    assert verify_text(signed.note, name=signer.name, public=signer.public) == TEXT
    assert signed.leaf >= before
    assert office.store.store.trail.size > before
    assert signed.verifier_key == signer.verifier_key()


@pytest.mark.parametrize(
    "text",
    ["", "anything\n", "exchange.example.com\n1\nroot\n", TEXT + "\n", TEXT[:-1],
     HEAD + "\n" + "x" * PROOF_TEXT_BYTES],
)  # fmt: skip
def test_nothing_else_is_signed(office, text):
    with pytest.raises(Refused) as refused:
        sign(office, text)
    assert refused.value.code == "bad_report"
