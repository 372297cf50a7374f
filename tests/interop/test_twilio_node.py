"""The official Node SDK, its base URL changed and nothing else, with real calls behind it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import node_run
import pytest
from node_run import Node, NodeError
from platform_run import Platform

from ringfence.testing.phone import Phone

pytestmark = pytest.mark.skipif(bool(node_run.missing()), reason=node_run.missing())

OURS = "+12025550100"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data: Path = tmp_path_factory.mktemp("node") / "data"
    with Platform(data, "--fetch-private", "127.0.0.0/8") as running:
        running.number(OURS, "<Response><Pause length='20'/></Response>")
        yield running


@pytest.fixture(scope="module")
def node(platform: Platform) -> Iterator[Node]:
    made = Node(platform)
    yield made
    made.close()


def until(node: Node, code: str, wanted: Any, **a: Any) -> None:
    """Ask until the answer is the wanted one."""
    deadline = time.monotonic() + 30
    while (found := node.run(code, **a)) != wanted:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


def test_a_call_is_placed_with_a_document_of_the_sdk_followed_and_ended(node: Node) -> None:
    status = "client.calls(a.sid).fetch().then(c => c.status)"
    document = node.run(
        "(() => { const r = new twilio.twiml.VoiceResponse(); r.say({voice: 'alice'}, 'Hello'); "
        "r.gather({numDigits: 1, timeout: 20}).say('Press a key'); return r.toString(); })()"
    )

    async def scene() -> str:
        async with Phone(username="+12025550188") as phone:
            sid = await asyncio.to_thread(
                node.run,
                "client.calls.create({to: a.to, from: a.from, twiml: a.twiml}).then(c => c.sid)",
                to=f"sip:+12025550188@127.0.0.1:{phone.port}",
                **{"from": OURS, "twiml": document},
            )
            ringing = await phone.next_call(20)
            await ringing.answer()
            await asyncio.to_thread(until, node, status, "in-progress", sid=sid)
            await asyncio.wait_for(ringing.audio.talking.wait(), 30)
            await asyncio.to_thread(
                node.run, "client.calls(a.sid).update({status: 'completed'})", sid=sid
            )
            await ringing.wait_over(20)
        return str(sid)

    sid = asyncio.run(scene())
    until(node, status, "completed", sid=sid)
    call = node.run("client.calls(a.sid).fetch()", sid=sid)
    assert (call["from"], call["direction"]) == (OURS, "outbound-api")


def test_calls_are_listed_and_paged(node: Node, platform: Platform) -> None:
    async def several() -> None:
        async with Phone(username="caller") as phone:
            for _ in range(3):
                call = await phone.call(f"sip:echo@{platform.sip}", caller="+12025550177")
                await call.hang_up()

    count = "client.calls.list({from: '+12025550177', pageSize: 2}).then(all => all.length)"
    asyncio.run(several())
    until(node, count, 3)
    assert node.run("client.calls.list({limit: 2}).then(all => all.length)") == 2


def test_a_recording_is_found_and_its_audio_fetched(node: Node, platform: Platform) -> None:
    record = "<Response><Record maxLength='3' timeout='5' playBeep='false'/></Response>"
    platform.number("+12025550150", record)

    async def leave() -> None:
        async with Phone(username="caller") as phone:
            call = await phone.call(f"sip:+12025550150@{platform.sip}", caller="+12025550123")
            call.audio.say_tone(440, seconds=2)
            await call.audio.said()
            await call.hang_up()

    asyncio.run(leave())
    until(node, "client.recordings.list().then(all => all.map(r => r.status))", ["completed"])
    size = node.run(
        "(async () => { const [r] = await client.recordings.list(); const answer = await "
        "fetch(client.api.baseUrl + r.uri.replace('.json', '.wav'), {headers: {Authorization: "
        "'Basic ' + btoa(client.username + ':' + client.password)}}); "
        "return [answer.status, (await answer.arrayBuffer()).byteLength]; })()"
    )
    assert size[0] == 200
    assert size[1] > 8_000


def test_numbers_are_added_changed_and_removed(node: Node) -> None:
    sid = node.run(
        "client.incomingPhoneNumbers.create({phoneNumber: '+12025550166', "
        "voiceUrl: 'https://example.com/voice'}).then(n => n.sid)"
    )
    changed = node.run("client.incomingPhoneNumbers(a.sid).update({voiceMethod: 'GET'})", sid=sid)
    assert (changed["phoneNumber"], changed["voiceMethod"]) == ("+12025550166", "GET")
    assert node.run("client.incomingPhoneNumbers(a.sid).remove()", sid=sid) is True
    with pytest.raises(NodeError) as gone:
        node.run("client.incomingPhoneNumbers(a.sid).fetch()", sid=sid)
    assert (gone.value.code, gone.value.status) == (20404, 404)


def test_errors_are_those_the_sdk_knows(node: Node) -> None:
    with pytest.raises(NodeError) as refused:
        node.run(
            "client.calls.create({to: 'nobody', from: a.ours, twiml: '<Response/>'})", ours=OURS
        )
    assert (refused.value.code, refused.value.status) == (21211, 400)


def test_its_validator_takes_our_signature(node: Node, platform: Platform) -> None:
    asked: list[tuple[str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = dict(parse_qsl(body, keep_blank_values=True))
            asked.append((self.headers["X-Twilio-Signature"], form))
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.end_headers()
            self.wfile.write(b"<Response><Say>Bye</Say></Response>")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/voice?shop=1"
    node.run(
        "client.incomingPhoneNumbers.create({phoneNumber: '+12025550167', voiceUrl: a.url})",
        url=url,
    )

    async def ring() -> None:
        async with Phone(username="caller") as phone:
            call = await phone.call(f"sip:+12025550167@{platform.sip}", caller="+12025550123")
            await call.wait_over(30)

    try:
        asyncio.run(ring())
    finally:
        server.shutdown()
        server.server_close()
    ((signature, form),) = asked
    token = platform.ready["auth_token"]
    valid = "twilio.validateRequest(a.token, a.signature, a.url, a.form)"
    words = {"token": token, "signature": signature, "url": url}
    assert form["To"] == "+12025550167"
    assert node.run(valid, form=form, **words) is True
    assert node.run(valid, form={**form, "To": "+12025550168"}, **words) is False


def test_a_conference_is_found_and_ended(node: Node, platform: Platform) -> None:
    room = "<Response><Dial><Conference>Node room</Conference></Dial></Response>"
    platform.number("+12025550168", room)
    find = "client.conferences.list({friendlyName: 'Node room', status: 'in-progress'})"

    async def meet() -> None:
        async with Phone(username="one") as one, Phone(username="two") as two:
            calls = [
                await phone.call(f"sip:+12025550168@{platform.sip}", caller=f"+1202555010{k}")
                for k, phone in enumerate((one, two))
            ]
            await asyncio.to_thread(until, node, f"{find}.then(all => all.length)", 1)
            (found,) = await asyncio.to_thread(node.run, find)
            people = "client.conferences(a.sid).participants"
            count = f"{people}.list().then(all => all.length)"
            await asyncio.to_thread(until, node, count, 2, sid=found["sid"])
            (call, *_) = await asyncio.to_thread(
                node.run, f"{people}.list().then(all => all.map(p => p.callSid))", sid=found["sid"]
            )
            muted = await asyncio.to_thread(
                node.run,
                f"{people}(a.call).update({{muted: true}}).then(p => p.muted)",
                sid=found["sid"],
                call=call,
            )
            assert muted is True
            await asyncio.to_thread(
                node.run,
                "client.conferences(a.sid).update({status: 'completed'})",
                sid=found["sid"],
            )
            for call_ in calls:
                await call_.wait_over(30)

    asyncio.run(meet())


def test_queues_keys_and_balance(node: Node) -> None:
    queue = node.run("client.queues.create({friendlyName: 'node', maxSize: 5})")
    assert (queue["friendlyName"], queue["maxSize"], queue["currentSize"]) == ("node", 5, 0)
    assert node.run("client.queues(a.sid).remove()", sid=queue["sid"]) is True
    key = node.run("client.newKeys.create({friendlyName: 'node'}).then(k => [k.sid, k.secret])")
    assert key[0].startswith("SK")
    assert key[1]
    assert node.run("client.keys(a.sid).remove()", sid=key[0]) is True


def test_who_waits_in_a_queue_is_shown_and_sent_on(node: Node, platform: Platform) -> None:
    sid = node.run("client.queues.create({friendlyName: 'node line'}).then(q => q.sid)")
    platform.number("+12025550169", "<Response><Enqueue>node line</Enqueue></Response>")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.end_headers()
            self.wfile.write(b"<Response><Hangup/></Response>")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/next"
    waiting = "client.queues(a.sid).members.list()"

    async def wait_in_line() -> None:
        async with Phone(username="caller") as phone:
            call = await phone.call(f"sip:+12025550169@{platform.sip}", caller="+12025550123")
            count = f"{waiting}.then(all => all.length)"
            await asyncio.to_thread(until, node, count, 1, sid=sid)
            (member,) = await asyncio.to_thread(node.run, waiting, sid=sid)
            assert (member["position"], member["queueSid"]) == (1, sid)
            sent = await asyncio.to_thread(
                node.run,
                "client.queues(a.sid).members('Front').update({url: a.url})",
                sid=sid,
                url=url,
            )
            assert sent["callSid"] == member["callSid"]
            await call.wait_over(30)

    try:
        asyncio.run(wait_in_line())
    finally:
        server.shutdown()
        server.server_close()
    until(node, "client.queues(a.sid).fetch().then(q => q.currentSize)", 0, sid=sid)
    assert node.run("client.queues(a.sid).remove()", sid=sid) is True


def test_messages_and_lookups(node: Node, platform: Platform) -> None:
    platform.do("carrier.add", name="here")
    platform.number("+447700900140", "<Response/>")
    platform.number("+447700900141", "<Response/>")
    sent = node.run(
        "client.messages.create({from: a.from, to: a.to, body: 'Gr\\u00fc\\u00dfe'})",
        **{"from": "+447700900140", "to": "+447700900141"},
    )
    until(node, "client.messages(a.sid).fetch().then(m => m.status)", "delivered", sid=sent["sid"])
    assert (
        node.run("client.messages(a.sid).update({body: ''}).then(m => m.body)", sid=sent["sid"])
        == ""
    )
    found = node.run("client.lookups.v2.phoneNumbers(a.number).fetch()", number="+12025550123")
    assert (found["countryCode"], found["nationalFormat"]) == ("US", "(202) 555-0123")
    kind = node.run(
        "client.lookups.v2.phoneNumbers(a.number).fetch({fields: 'line_type_intelligence'})"
        ".then(n => n.lineTypeIntelligence)",
        number="+18005550123",
    )
    assert kind["type"] == "tollFree"
