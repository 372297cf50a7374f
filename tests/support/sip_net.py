"""Agents on a network in virtual time, and one agent against messages written by hand."""

from heapq import heappop, heappush
from itertools import count

from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import RemoteError
from ringfence.sip import commands
from ringfence.sip.admission import Challenge, Drop, Trusted
from ringfence.sip.agent import Agent
from ringfence.sip.auth import make_ha1
from ringfence.sip.config import AgentConfig
from ringfence.sip.events import InviteReceived, Peer
from ringfence.sip.headers import NameAddr
from ringfence.sip.message import Request, Response
from ringfence.sip.parser import parse
from ringfence.sip.uri import Uri

T0 = 1_700_000_000_000
REALM = "example.com"
PASSWORD = "correct horse"
OFFER = (
    b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
    b"m=audio 4000 RTP/AVP 0\r\n"
)
ANSWER = OFFER.replace(b"192.0.2.1", b"192.0.2.2")
HOLD = OFFER.replace(b"- 1 1", b"- 1 2") + b"a=sendonly\r\n"


class Guard:
    """An admission that says what it is told; phone ``desk`` has the password above."""

    def __init__(self, verdict=None):
        self.verdict = verdict or Trusted("trunk")

    def admit(self, request, peer, now):
        return self.verdict

    def proved(self, peer):
        pass

    def ha1(self, username, realm, algorithm):
        return make_ha1(username, realm, PASSWORD, algorithm) if username == "desk" else None


STRANGER = Peer("udp", "192.0.2.1", 5060, 1)
TRUST, CHALLENGE, DROP = Trusted("trunk"), Challenge(), Drop()


def make_agent(host, *, seed=1, verdict=None, transport="udp", port=5060):
    config = AgentConfig(
        addresses={"udp": (host, port), "tcp": (host, port)},
        realm=REALM,
        secret=b"s" * 32,
    )
    return Agent(config, SeededEntropy(seed), Guard(verdict))


def name(text):
    return NameAddr.parse(text)


def uri(text):
    return Uri.parse(text)


def empty(agent):
    """Whether an agent holds nothing at all."""
    return not any(agent.census().values())


class Net:
    """Agents by host. ``wire(at, source, target, data)`` returns the delays of the copies that
    arrive: ``[]`` loses it, two numbers double it."""

    def __init__(self, **agents):
        self.agents = agents
        self.hosts = {
            next(iter(agent._core.config.addresses.values()))[0]: label
            for label, agent in agents.items()
        }
        self.at = 0
        self.events = {label: [] for label in agents}
        self.log = []
        self.wire = lambda at, source, target, message: [10]
        self._queue = []
        self._order = count()

    @property
    def now(self):
        return T0 + self.at

    def host(self, label):
        return next(host for host, found in self.hosts.items() if found == label)

    def do(self, label, command):
        self.agents[label].do(command, self.now)
        self._collect(label)

    def _collect(self, label):
        agent = self.agents[label]
        while True:
            output, events = agent.take_output(), agent.take_events()
            self.events[label] += events
            for data, peer in output:
                self._send(label, data, peer)
            if not output and not events:
                return

    def _send(self, label, data, peer):
        if data == PING:
            return
        message = parse(data)
        target = self.hosts.get(peer.host)
        what = message.method if isinstance(message, Request) else message.status
        self.log.append((self.at, label, what, message))
        if target is None:
            return
        source = Peer(peer.transport, self.host(label), 5060, peer.flow)
        for delay in self.wire(self.at, label, target, message):
            heappush(self._queue, (self.at + delay, next(self._order), target, data, source))

    def step(self, limit):
        """Do the next thing that is due not after ``limit``; False if there is none."""
        due = [
            (deadline - T0, 1, label)
            for label, agent in self.agents.items()
            if (deadline := agent.deadline()) is not None
        ]
        if self._queue:
            due.append((self._queue[0][0], 0, ""))
        if not due or min(due)[0] > limit:
            return False
        at, kind, label = min(due)
        assert at >= self.at, "a deadline lies in the past"
        self.at = at
        if kind == 0:
            _, _, label, data, source = heappop(self._queue)
            self.agents[label].receive(data, source, self.now)
        else:
            self.agents[label].fire(self.now)
        self._collect(label)
        return True

    def run(self, milliseconds):
        """Let time pass."""
        limit = self.at + milliseconds
        steps = 0
        while self.step(limit):
            steps += 1
            assert steps < 100_000, "the agents never come to rest"
        self.at = limit
        return self

    def took(self, label, kind):
        """Take the events of one kind out of an agent's list."""
        found = [event for event in self.events[label] if isinstance(event, kind)]
        self.events[label] = [event for event in self.events[label] if event not in found]
        return found

    def one(self, label, kind):
        (event,) = self.took(label, kind)
        return event

    def sent(self, label, what=None):
        """When an agent sent what: ``[(at, method or status)]``."""
        return [
            (at, kind)
            for at, source, kind, _ in self.log
            if source == label and what in (None, kind)
        ]

    def messages(self, label, what):
        return [one for _, source, kind, one in self.log if source == label and kind == what]


PING = b"\r\n\r\n"
"""Keeps the way open, no message (RFC 5626 3.5.1)."""


def read(data):
    """Read what an agent sent; the answer to a malformed request may echo its malformed parts."""
    try:
        return parse(data)
    except RemoteError:
        assert data.startswith((b"SIP/2.0 4", b"SIP/2.0 5"))
        return Response(int(data[8:11]))


class Script:
    """One agent and messages written by hand."""

    def __init__(self, agent=None, peer=STRANGER):
        self.agent = agent or make_agent("192.0.2.9")
        self.peer = peer
        self.at = 0
        self.sent = []
        self.pings = []
        self.events = []

    @property
    def now(self):
        return T0 + self.at

    def put(self, message, peer=None):
        """Let a message arrive; return what the agent sends at once."""
        data = message if isinstance(message, bytes) else message.to_bytes()
        self.agent.receive(data, peer or self.peer, self.now)
        return self.collect()

    def do(self, command):
        self.agent.do(command, self.now)
        return self.collect()

    def collect(self):
        output = self.agent.take_output()
        self.pings += [(self.at, peer) for data, peer in output if data == PING]
        new = [(self.at, read(data), peer) for data, peer in output if data != PING]
        self.sent += new
        self.events += self.agent.take_events()
        return [message for _, message, _ in new]

    def run(self, until):
        """Go on to ``until`` ms after the start; return what was sent on the way."""
        out = []
        while (deadline := self.agent.deadline()) is not None and deadline <= T0 + until:
            assert deadline >= self.now, "a deadline lies in the past"
            self.at = deadline - T0
            self.agent.fire(self.now)
            out += self.collect()
        self.at = until
        return out

    def took(self, kind):
        found = [event for event in self.events if isinstance(event, kind)]
        self.events = [event for event in self.events if not isinstance(event, kind)]
        return found

    def one(self, kind):
        (event,) = self.took(kind)
        return event

    def kinds(self):
        return [
            (at, one.method if isinstance(one, Request) else one.status) for at, one, _ in self.sent
        ]


_branches = count(1)


def request(
    method="INVITE",
    *,
    target="sip:echo@192.0.2.9",
    to="<sip:echo@192.0.2.9>",
    from_="<sip:alice@192.0.2.1>;tag=a1",
    call_id="call-1",
    number=1,
    body=b"",
    branch=None,
    via=None,
    contact="<sip:alice@192.0.2.1>",
    extra=(),
):
    branch = branch or f"z9hG4bK-t{next(_branches)}"
    headers = [
        ("Via", via or f"SIP/2.0/UDP 192.0.2.1:5060;branch={branch};rport"),
        ("Max-Forwards", "70"),
        ("From", from_),
        ("To", to),
        ("Call-ID", call_id),
        ("CSeq", f"{number} {method}"),
    ]
    if contact:
        headers.append(("Contact", contact))
    if body:
        headers.append(("Content-Type", "application/sdp"))
    return Request(method, Uri.parse(target), [*headers, *extra], body)


def reply(asked, status, *, tag="b1", contact="<sip:bob@192.0.2.1>", body=b"", extra=()):
    """Answer a request of the agent's as its peer would."""
    fields = asked.headers.fields
    headers = [("Via", value) for value in fields["Via"]]
    headers.append(("From", fields["From"][0]))
    to = fields["To"][0]
    headers.append(("To", to if ";tag=" in to or status == 100 else f"{to};tag={tag}"))
    headers += [("Call-ID", asked.call_id), ("CSeq", str(asked.cseq))]
    if contact and status > 100:
        headers.append(("Contact", contact))
    if body:
        headers.append(("Content-Type", "application/sdp"))
    return Response(status, None, [*headers, *extra], body)


class Talk:
    """An answered call of theirs."""

    def __init__(self, extra=()):
        self.script = Script()
        self.script.put(request(body=OFFER, extra=extra))
        self.leg = self.script.one(InviteReceived).leg
        self.do(commands.Answer, body=ANSWER)
        self.number = 0
        self.put("ACK")
        self.script.events.clear()

    def do(self, command, **kwargs):
        return self.script.do(command(leg=self.leg, **kwargs))

    def put(self, method, *, body=b"", number=None, **kwargs):
        if number is None:
            self.number += 1
            number = self.number
        asked = request(method, to=f"<sip:echo@192.0.2.9>;tag={self.leg}", number=number, **kwargs)
        asked.body = body
        return self.script.put(asked)

    def leaves_nothing(self):
        self.script.run(self.script.at + 100_000)
        return empty(self.script.agent)


def kinds(messages):
    return [getattr(one, "method", None) or one.status for one in messages]
