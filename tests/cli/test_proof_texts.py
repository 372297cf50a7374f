"""Text messages of a proof; on a real platform: tests/system/test_prove_erasure.py."""

import asyncio

import pytest

from ringfence.carriers.template import Template, check
from ringfence.cli import proof_texts
from ringfence.cli.proof_texts import GATEWAY, HEADER, QUESTION, be_asked_by_text
from ringfence.cli.proof_ways import Trip, make_tracers
from ringfence.flows import reading
from ringfence.flows.text_applets import answers_texts
from ringfence.flows.values import Notes
from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import RingfenceError


def test_the_gateway_and_the_flow_of_a_proof_are_ones():
    check(Template(**GATEWAY))
    notes = Notes()
    found = reading.flow(QUESTION, notes)
    assert found is not None, notes
    assert answers_texts(found)
    assert HEADER[0] == len(HEADER) - 1
    assert tuple(HEADER[-2:]) == (2, 1)


def test_a_flow_is_left_behind_only_where_that_was_asked_for(office):
    trip = Trip(make_tracers(1, entropy=SeededEntropy(4))[0], office, "", "", "", "", "")
    asyncio.run(be_asked_by_text(trip))
    assert office.asked == []
    assert [what for what, _ in trip.unwalked] == ["a question by text that waits for its answer"]


def test_a_message_that_is_never_delivered_is_no_way_gone(office, monkeypatch):
    trip = Trip(make_tracers(1, entropy=SeededEntropy(4))[0], office, "", "", "", "", "")
    office.answers["message.show"] = {"status": "queued"}
    monkeypatch.setattr(proof_texts, "PROOF_HTTP_WAIT", 0)
    with pytest.raises(RingfenceError, match="not delivered"):
        asyncio.run(proof_texts._delivered(trip, "SM1"))
