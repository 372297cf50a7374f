"""The 49 messages of RFC 4475 put to a whole agent: each gets the answer its table asks for."""

import tomllib
from pathlib import Path

import pytest

from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import SeededEntropy
from ringfence.sip.admission import Trusted
from ringfence.sip.agent import Agent
from ringfence.sip.auth import answer_challenge, make_ha1, parse_challenges
from ringfence.sip.config import AgentConfig
from ringfence.sip.events import InviteReceived, MalformedReceived, Peer
from ringfence.sip.parser import parse

VECTORS = Path(__file__).parent / "sip" / "rfc4475"
TABLE = tomllib.loads((VECTORS / "table.toml").read_text())
PEER = Peer("udp", "192.0.2.77", 5060, 1)
NOW = Ms(1_700_000_000_000)


class Open:
    """Trusts everybody and knows one password."""

    def admit(self, request, peer, now):
        return Trusted("trunk")

    def proved(self, peer):
        pass

    def ha1(self, username, realm, algorithm):
        return make_ha1(username, realm, "secret", algorithm)


class Harness:
    """One agent and what it answered."""

    def __init__(self):
        config = AgentConfig(
            addresses={"udp": ("192.0.2.50", 5060)}, realm="ringfence", secret=b"s" * 32
        )
        self.agent = Agent(config, SeededEntropy(1), Open())

    def put(self, data):
        """Send bytes; return the final answers, or those of 100 where there is no final one."""
        self.agent.receive(data, PEER, NOW)
        answers = [int(sent.data.split(b" ", 2)[1]) for sent in self.agent.take_output()]
        return answers, self.agent.take_events()


@pytest.mark.parametrize("name", list(TABLE))
def test_a_torture_message_gets_its_answer(name):
    data, row, harness = (VECTORS / f"{name}.dat").read_bytes(), TABLE[name], Harness()
    answers, events = harness.put(data)
    malformed = [event for event in events if isinstance(event, MalformedReceived)]
    assert len(malformed) == (row["wire"] != "accept")
    wanted = row["answer"]
    if wanted == "drop":
        assert answers == []
        return
    message = parse(data) if row["wire"] == "accept" else None
    if message is not None and message.method == "REGISTER" and wanted != 401:
        # A registrar that authenticates comes to the rest of the request only with credentials.
        assert answers == [401]
        answers, events = harness.put(signed(harness, message))
    if wanted == "serve":
        kinds = [type(event) for event in events]
        if message.method == "INVITE":
            assert (answers, kinds) == ([100], [InviteReceived])
        else:
            assert answers == [{"MESSAGE": 405}.get(message.method, 200)]
    else:
        assert answers == [wanted]


def signed(harness, request):
    """Return the request again, with credentials of whom it wants to register."""
    harness.agent.receive(request.to_bytes(), PEER, NOW)
    challenge = parse(harness.agent.take_output()[0].data)
    username = request.to.uri.subscriber
    name, value = answer_challenge(
        parse_challenges(challenge)[0],
        request,
        username=username,
        password="secret",
        nc=1,
        cnonce="c",
    )
    # A zero octet in a user name (escnull) may stand in a quoted string, behind a backslash;
    # no header of ours holds one, so the harness puts it in behind the header's back.
    request.headers.fields[name] = [value]
    request.headers.set("CSeq", f"{request.cseq.number + 1} REGISTER")
    return request.to_bytes()


@pytest.mark.parametrize("name", TABLE)
def test_nothing_is_left_behind_by_what_was_refused(name):
    harness = Harness()
    _, events = harness.put((VECTORS / f"{name}.dat").read_bytes())
    if not any(isinstance(event, InviteReceived) for event in events):
        harness.agent.fire(Ms(NOW + 64_000))
        assert sum(harness.agent.census().values()) == 0
