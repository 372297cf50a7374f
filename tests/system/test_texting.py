"""What people write to us on a running platform: flows, the inbox, pictures, programs, events."""

from __future__ import annotations

import base64
import hashlib
import json
import queue
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from platform_run import Platform

from ringfence.client import Client, models
from ringfence.webhooks.signatures import verify

PERSON = "+447700900101"
FLOWING, READ, PROGRAM, QUIET = (f"+44770090010{n}" for n in range(2, 6))
LONG = 60
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
SURVEY = {
    "ringfence_flow": 1,
    "start": "words",
    "applets": {
        "words": {
            "type": "keywords",
            "words": {"hours": "hours", "order": "ask", "program": "program"},
            "otherwise": "person",
        },
        "hours": {"type": "reply", "text": "Nine to five."},
        "ask": {"type": "ask", "text": "Which size?", "words": {"big": "big"}, "next": "small"},
        "big": {"type": "reply", "text": "A big one."},
        "small": {"type": "reply", "text": "A small one."},
        "person": {"type": "inbox"},
    },
}


class Shop:
    """The account's web server: answers messages, and has a picture."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[tuple[str, str]], str]] = []
        self.told: list[tuple[str, str, str]] = []
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                if self.path.startswith("/events"):
                    shop.told.append((self.path, form, self.headers["X-Twilio-Signature"]))
                    down = len(shop.told) == 1  # what is not taken comes again
                    self.answer(503 if down else 200, "text/plain", b"")
                    return
                said = parse_qsl(form, keep_blank_values=True)
                shop.asked.append((self.path, said, self.headers["X-Twilio-Signature"]))
                if self.path == "/broken":
                    self.answer(500, "text/plain", b"sorry")
                    return
                self.answer(200, "text/xml", b"<Response><Message>Thank you</Message></Response>")

            def do_GET(self) -> None:
                self.answer(200, "image/png", PICTURE)

            def answer(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    made = Shop()
    yield made
    made.close()


@pytest.fixture(scope="module")
def platform(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder: Path = tmp_path_factory.mktemp("texting")
    running = Platform(folder / "data", "--fetch-private", "127.0.0.0/8")
    running.flags += ("--public-url", f"http://127.0.0.1:{running.http_port}")
    survey = folder / "survey.json"
    program = {"type": "url", "url": f"{shop.url}/flow"}
    applets = SURVEY["applets"] | {"program": program}  # type: ignore[operator]
    survey.write_text(json.dumps(SURVEY | {"applets": applets}))
    with running:
        running.cli("carrier", "add", "here", "--loopback")
        running.cli("flow", "add", "survey", str(survey))
        running.cli("number", "add", FLOWING, "--sms-flow", "survey")
        running.number(PERSON, "<Response/>")
        running.number(READ, "<Response/>")
        for number in (PROGRAM, QUIET):
            running.do(
                "number.add",
                number=number,
                twiml="<Response/>",
                hooks={
                    "sms": {"url": f"{shop.url}/broken"},
                    "sms_fallback": {"url": f"{shop.url}/sms"},
                },
            )
        yield running


def until(what: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise TimeoutError("it did not happen")


def write(platform: Platform, to: str, text: str, **more: Any) -> str:
    """The person writes to a number of ours; the SID of the message that came in."""
    before = {m["sid"] for m in came_in(platform, to)}
    platform.do("message.send", to=to, sender=PERSON, text=text, **more)
    new = until(lambda: [m for m in came_in(platform, to) if m["sid"] not in before])
    sid: str = new[0]["sid"]
    return sid


def came_in(platform: Platform, to: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = platform.do("message.list", to=to, limit=1_000)["messages"]
    return [message for message in found if message["direction"] == "inbound"]


def heard(platform: Platform, sender: str) -> list[str]:
    """What came back to the person from a number of ours, oldest first."""
    found = platform.do("message.list", to=PERSON, sender=sender, limit=100)["messages"]
    return [m["body"] for m in found if m["direction"] == "inbound"][::-1]


def unread(platform: Platform) -> Counter[str]:
    """How many messages nobody has read, by number of ours."""
    counted = platform.do("inbox.count")["numbers"]
    return Counter({line["number"]: line["unread"] for line in counted})


def basic(user: str, secret: str) -> dict[str, str]:
    word = base64.b64encode(f"{user}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {word}"}


def got(url: str, header: dict[str, str] | None = None) -> tuple[int, str, bytes]:
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, headers=header or {}), timeout=LONG
        ) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, "", error.read()


# --- a flow, and the inbox ------------------------------------------------------------------------


def test_a_flow_answers_and_remembers_what_it_asked(platform: Platform) -> None:
    write(platform, FLOWING, "HOURS please")
    until(lambda: heard(platform, FLOWING) == ["Nine to five."])
    write(platform, FLOWING, "order")
    until(lambda: heard(platform, FLOWING)[1:] == ["Which size?"])
    write(platform, FLOWING, "Big")
    until(lambda: heard(platform, FLOWING)[2:] == ["A big one."])
    write(platform, FLOWING, "big")  # nothing is awaited any more: it is for a person
    until(lambda: unread(platform)[FLOWING] == 1)
    assert len(heard(platform, FLOWING)) == 3


def test_the_inbox_is_read_searched_and_answered(platform: Platform) -> None:
    first = write(platform, READ, "Is my parcel there?")
    second = write(platform, READ, "And when do you close?")
    new = until(lambda: len(found := platform.ask("sms", "inbox", "--to", READ)) == 2 and found)
    assert [message["sid"] for message in new] == [second, first]
    found = platform.ask("sms", "inbox", "--search", "PARCEL")
    assert [message["sid"] for message in found] == [first]
    assert platform.ask("sms", "inbox", "read", first)["unread"] is False
    platform.cli("sms", "inbox", "reply", second, "At six.")
    until(lambda: heard(platform, READ) == ["At six."])
    assert platform.ask("sms", "inbox", "--to", READ) == []
    assert len(platform.ask("sms", "inbox", "--all", "--to", READ)) == 2


def test_a_stop_is_obeyed_before_any_program_hears_of_it(platform: Platform) -> None:
    write(platform, READ, "STOP")
    until(lambda: len(heard(platform, READ)) == 2)
    with pytest.raises(RuntimeError, match="stopped"):
        platform.do("message.send", to=PERSON, sender=READ, text="An offer")
    write(platform, READ, "START")
    until(lambda: len(heard(platform, READ)) == 3)
    platform.do("message.send", to=PERSON, sender=READ, text="Welcome back")
    assert unread(platform)[READ] == 0, "a word we obey is for nobody to read"


# --- pictures -------------------------------------------------------------------------------------


def test_a_picture_goes_by_a_link_of_ours_and_dies_with_its_message(
    platform: Platform, shop: Shop
) -> None:
    sid = write(platform, READ, "Look", media=[f"{shop.url}/picture.png"])
    medium = until(
        lambda: [m for m in platform.do("message.media", sid=sid) if m["size"] == len(PICTURE)]
    )[0]
    link = urlsplit(medium["url"])
    assert link.path.startswith("/m/"), "the carrier was given a link of ours"
    assert got(medium["url"]) == (200, "image/png", PICTURE)
    assert got(medium["url"][:-1])[0] == 404
    account, token = platform.ready["account_sid"], platform.ready["auth_token"]
    base = f"{platform.ready['http']}/2010-04-01/Accounts/{account}/Messages/{sid}/Media"
    mine = f"{base}/{medium['sid']}"
    assert got(mine, basic(account, token)) == (200, "image/png", PICTURE)
    assert got(mine)[0] == 401
    assert all(PICTURE not in file.read_bytes() for file in platform.data.rglob("*.*")
               if file.is_file())  # fmt: skip
    sent = next(
        m for m in platform.do("message.list", to=READ, sender=PERSON)["messages"]
        if m["direction"] == "api" and m["media"]
    )  # fmt: skip
    platform.do("message.redact", sid=sent["sid"])
    assert got(medium["url"])[0] == 404, "the link was to the picture of that message"
    assert got(mine, basic(account, token))[0] == 200, "this one has a copy of its own"
    platform.do("message.redact", sid=sid)
    assert got(mine, basic(account, token))[0] == 404


# --- programs -------------------------------------------------------------------------------------


def test_a_program_is_asked_and_its_second_url_where_the_first_fails(
    platform: Platform, shop: Shop
) -> None:
    write(platform, PROGRAM, "canary of a text 7219")
    until(lambda: heard(platform, PROGRAM) == ["Thank you"])
    paths = [path for path, form, _ in shop.asked if dict(form)["To"] == PROGRAM]
    assert paths == ["/broken", "/sms"]
    for path, form, signature in shop.asked:
        token = platform.ready["auth_token"]
        assert verify(signature, url=shop.url + path, token=token, params=form)
    form = dict(shop.asked[-1][1])
    assert (form["Body"], form["From"], form["ErrorCode"]) == (
        "canary of a text 7219", PERSON, "11200",
    )  # fmt: skip


def test_a_redacted_message_is_gone_from_the_notification_log(platform: Platform) -> None:
    (message,) = came_in(platform, PROGRAM)
    rows = until(
        lambda: len(
            found := platform.do("notification.list", subject=message["sid"])["notifications"]
        ) == 2 and found
    )  # fmt: skip
    assert {row["number"] for row in rows} == {rows[0]["number"]} != {None}
    whole = platform.do("notification.show", sid=rows[0]["sid"])
    assert dict(whole["params"])["Body"] == message["body"]
    platform.cli("sms", "redact", message["sid"])
    for row in rows:
        left = platform.do("notification.show", sid=row["sid"])
        assert (left["params"], left["body"], left["kept"]) == (None, None, False)
        assert left["status"] == row["status"]
    replayed = platform.do("notification.replay", sids=[rows[0]["sid"]])
    assert replayed == {"deliveries": [], "left_out": {rows[0]["sid"]: "not_kept"}}


@pytest.mark.promise("TEL-18")
def test_of_the_messages_of_a_quiet_flow_only_the_frame_is_logged(platform: Platform) -> None:
    def rows(canary: str) -> list[dict[str, Any]]:
        """What was exchanged about one message."""
        answers = len(heard(platform, FLOWING))
        sid = write(platform, FLOWING, f"program {canary}")
        until(lambda: len(heard(platform, FLOWING)) == answers + 1)
        return until(  # type: ignore[no-any-return]
            lambda: platform.do("notification.list", subject=sid)["notifications"]
        )

    (before,) = rows("8831")
    assert before["kept"]
    platform.do("notification.logging", on=False, flow="survey")
    (quiet,) = rows("8832")
    assert (quiet["kept"], quiet["status"]) == (False, 200)
    whole = platform.do("notification.show", sid=quiet["sid"])
    assert (whole["url"], whole["params"], whole["body"]) == (None, None, None)
    platform.do("notification.logging", on=True, flow="survey")
    (again,) = rows("8833")
    assert again["kept"]
    found = platform.do("notification.list", flow="survey")["notifications"]
    assert {row["sid"] for row in found} == {before["sid"], quiet["sid"], again["sid"]}


def test_of_the_messages_of_a_quiet_number_only_the_frame_is_logged(platform: Platform) -> None:
    platform.cli("notifications", "--off", QUIET)
    sid = write(platform, QUIET, "quiet canary 8830")
    until(lambda: heard(platform, QUIET) == ["Thank you"])
    rows = until(
        lambda: (
            len(found := platform.do("notification.list", subject=sid)["notifications"]) == 2
            and found
        )
    )
    assert [(row["status"], row["kept"]) for row in rows] == [(200, False), (500, False)]


# --- events ---------------------------------------------------------------------------------------


def test_what_happens_to_messages_is_told_as_it_happens(platform: Platform) -> None:
    from websockets.sync.client import connect

    key = platform.do("key.add", name="events", purposes=["call_record"])
    header = basic(key["sid"], key["secret"])
    kinds = "MessageAsked,MessageSent,MessageDelivered,MessageArrived"
    web = platform.ready["http"].rstrip("/").replace("http://", "ws://")
    arrived: queue.Queue[models.Event] = queue.Queue()
    listener = Client(platform.ready["http"], user=key["sid"], secret=key["secret"])

    def listen(after: int) -> None:
        for event in listener.events(types=kinds.split(","), after=after, again=False):
            arrived.put(event)
            if event.type == "MessageDelivered":
                return

    with connect(f"{web}/v1/events/ws?types={kinds}", additional_headers=header) as stream:
        first = json.loads(stream.recv(LONG))
        assert first["type"] == "heartbeat"
        thread = threading.Thread(target=listen, args=(first["id"],), daemon=True)
        thread.start()
        came = write(platform, READ, "canary of an event 4402")
        over: list[dict[str, Any]] = []
        while not any(event["type"] == "MessageDelivered" for event in over):
            over.append(json.loads(stream.recv(LONG)))
        thread.join(LONG)
    told = [event for event in over if event["type"] != "heartbeat"]
    assert {event["type"] for event in told} == set(kinds.split(","))
    assert [e["message"] for e in told if e["type"] == "MessageArrived"] == [came]
    streamed = []
    while not arrived.empty():
        streamed.append(arrived.get())
    assert [event.id for event in streamed] == [event["id"] for event in told]
    said = json.dumps(told)
    assert "canary" not in said
    assert PERSON[1:] not in said


def test_a_webhook_is_told_as_json_signed_and_until_it_is_taken(
    platform: Platform, shop: Shop
) -> None:
    made = platform.ask("webhook", "add", f"{shop.url}/events")
    try:
        came = write(platform, READ, "canary of a webhook 1177")
        until(lambda: len(shop.told) >= 4)
    finally:
        platform.cli("webhook", "remove", made["sid"])
    told = [json.loads(body) for _, body, _ in shop.told]
    assert told[0] in told[1:], "refused at first, and told again"
    kinds = Counter(one["type"] for one in told[1:])
    assert kinds == {"message.sent": 1, "message.received": 1, "message.delivered": 1}
    (arrived,) = (one["message"] for one in told[1:] if one["type"] == "message.received")
    assert (arrived["sid"], arrived["body"]) == (came, "canary of a webhook 1177")
    assert (arrived["from"], arrived["to"]) == (PERSON, READ)
    sent = [one["message"] for one in told[1:] if one["type"] != "message.received"]
    assert [one["status"] for one in sent] == ["sent", "delivered"]
    assert all("body" not in one for one in sent)
    token = platform.ready["auth_token"]
    for path, body, signature in shop.told:
        digest = hashlib.sha256(body.encode()).hexdigest()
        assert path == f"/events?bodySHA256={digest}"
        assert verify(signature, url=shop.url + path, token=token, params=())
    (row,) = platform.do("notification.list", subject=came, kind="event")["notifications"][:1]
    assert platform.do("notification.show", sid=row["sid"])["sent"] is not None
    platform.do("message.redact", sid=came)
    assert platform.do("notification.show", sid=row["sid"])["sent"] is None


def test_nothing_anybody_wrote_rests_readable_or_is_logged(platform: Platform) -> None:
    canaries = ("canary of a text", "canary of an event", "quiet canary", "canary of a webhook")
    needles = [word.encode() for word in (*canaries, "my parcel", PERSON[1:])]
    for file in platform.data.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            for needle in needles:
                assert needle not in content, file
