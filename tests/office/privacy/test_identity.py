"""Who somebody is: the same answer and the same work for people nobody knows."""

from __future__ import annotations

import asyncio
import re

import pytest
from rights_scene import CALLER, OURS, Scene

from ringfence.kernel.limits import CODE_LIFE_MS, CODE_TRIES, CODES_PER_CASE, CODES_PER_CONTACT
from ringfence.kernel.phone import Phone
from ringfence.messaging.permission import Subscription
from ringfence.office.privacy import identity
from ringfence.privacy.cases import codes
from ringfence.storage.unit_of_work import Queries, Transaction

STRANGER = "+12025550199"


def ask(scene, contact=CALLER, kind="restriction"):
    return scene.run("privacy.rights.ask", "public", kind=kind, contact=contact,
                     residence="DE").reference  # fmt: skip


def verify(scene, reference, code):
    return scene.run("privacy.rights.verify", "public", reference=reference, code=code)


def wrong(scene, reference, code):
    found = scene.refused("privacy.rights.verify", "public", reference=reference, code=code)
    return found.code, found.reason, found.clause


@pytest.mark.promise("DSR-08")
def test_who_hears_the_code_is_who_has_the_number(scene):
    scene.person()
    reference = ask(scene)
    assert scene.line.placed == []  # nobody waits for a call to be placed
    assert scene.work() == ["case_code"]
    assert scene.line.placed[0][0] == CALLER
    status = verify(scene, reference, f" {scene.line.code[:3]} {scene.line.code[3:]}")
    assert status.state == "answered"
    assert wrong(scene, reference, scene.line.code)[0] == "wrong_code"  # it works once


@pytest.mark.promise("DSR-08")
def test_somebody_who_only_knows_the_number_gets_nowhere(scene):
    party = scene.person()
    reference = ask(scene, kind="access")
    scene.work()
    for guess in range(int(CODE_TRIES)):
        assert wrong(scene, reference, f"{guess:06d}")[0] == "wrong_code"
    assert wrong(scene, reference, scene.line.code)[0] == "wrong_code"  # tried too often
    status = scene.run("privacy.rights.status", "public", reference=reference)
    assert (status.state, status.archive) == ("identifying", False)
    (case,) = scene.run("privacy.case.list")
    assert case.person is None != party


@pytest.mark.promise("DSR-08")
def test_whoever_handles_the_case_enters_the_code_that_is_read_out(scene):
    scene.person()
    case = scene.run("privacy.case.open", kind="restriction", contact=CALLER, residence="DE")
    scene.work()
    right = scene.line.code
    guess = "000000" if right != "000000" else "000001"
    assert scene.refused("privacy.case.verify", sid=case.sid, code=guess).code == "wrong_code"
    again = scene.run("privacy.case.code", sid=case.sid)
    assert again.state == "identifying"
    scene.work()
    done = scene.run("privacy.case.verify", sid=case.sid, code=scene.line.code)
    assert done.state == "answered"
    (step,) = [step for step in done.steps if step.action == "identify"]
    assert step.by == "operator"
    assert scene.refused("privacy.case.verify", sid=case.sid, code=right).code == "wrong_code"


def test_a_code_is_good_for_ten_minutes(scene):
    scene.person()
    reference = ask(scene)
    scene.work()
    scene.clock.advance(CODE_LIFE_MS)
    assert wrong(scene, reference, scene.line.code)[0] == "wrong_code"
    scene.run("privacy.rights.code", "public", reference=reference)
    scene.work()
    assert verify(scene, reference, scene.line.code).state == "answered"


def test_no_number_is_rung_more_than_a_few_times(scene):
    scene.person()
    reference = ask(scene)
    for _ in range(5):
        scene.work()
        scene.run("privacy.rights.code", "public", reference=reference)
    assert len(scene.line.placed) == CODES_PER_CASE
    for _ in range(8):
        ask(scene)
        scene.work()
    assert len(scene.line.placed) <= CODES_PER_CONTACT


@pytest.mark.promise("DSR-08")
def test_a_code_that_nobody_is_told_opens_nothing(scene, monkeypatch):
    """Else whoever asks for code after code, in many cases, may guess for as long as they like."""
    scene.person()
    monkeypatch.setattr(codes, "make", lambda _: "123456")
    reference = ask(scene)
    for _ in range(int(CODES_PER_CASE)):
        scene.work()
        scene.run("privacy.rights.code", "public", reference=reference)
    scene.work()
    assert len(scene.line.placed) == CODES_PER_CASE
    assert wrong(scene, reference, "123456")[0] == "wrong_code"
    for _ in range(int(CODES_PER_CONTACT) - int(CODES_PER_CASE) - 1):
        opened = ask(scene)
        scene.work()
    assert len(scene.line.placed) == CODES_PER_CONTACT - 1
    last = ask(scene)
    scene.work()
    assert len(scene.line.placed) == CODES_PER_CONTACT - 1
    assert wrong(scene, last, "123456")[0] == "wrong_code"
    assert verify(scene, opened, "123456").state == "answered"  # this one was rung


@pytest.mark.promise("DSR-08")
def test_a_code_rings_the_address_somebody_is_known_by_and_no_other(scene):
    """What is written behind a SIP address must not lead the call that says the code elsewhere."""
    office = scene.office
    office.store.party_room.resolve("sip:bob@example.com", scene.clock.now())
    scene.settle()
    for more in (";maddr=192.0.2.66", "?Route=%3Csip:192.0.2.66;lr%3E", ";transport=tcp"):
        ask(scene, f"SIP:bob@EXAMPLE.com{more}")
        scene.work()
    assert [to for to, _ in scene.line.placed] == ["sip:bob@example.com"] * 3
    for number in range(8):
        ask(scene, f"sip:bob@example.com;x={number}")
        scene.work()
    assert len(scene.line.placed) == CODES_PER_CONTACT


def test_a_line_that_is_busy_is_tried_again(scene):
    scene.person()
    ask(scene)
    scene.line.busy = True
    assert scene.work() == ["case_code!"]
    scene.line.busy = False
    scene.clock.advance(60_000)
    assert scene.work() == ["case_code"]
    assert len(scene.line.placed) == 1


class Work:
    """Counts what is done: statements read and written, hashes made, values opened."""

    def __init__(self, monkeypatch):
        self.done = []
        for owner, names in (
            (Queries, ("row", "rows", "value")),
            (Transaction, ("run", "changed")),
            (codes, ("digest",)),
        ):
            for name in names:
                self._watch(monkeypatch, owner, name)

    def _watch(self, monkeypatch, owner, name):
        real = getattr(owner, name)

        def counted(*args, **kwargs):
            what = args[1].sql if hasattr(args[1], "sql") else ""
            self.done.append(f"{name} {what}"[:120])
            return real(*args, **kwargs)

        monkeypatch.setattr(owner, name, counted)

    def take(self):
        """What was done since; where the log of everybody's steps is kept is nobody's step."""
        found, self.done = self.done, []
        return sorted(line for line in found if "audit_tiles" not in line)


def shape(answer):
    """An answer without what differs in every answer: the secret and the instants."""
    if isinstance(answer, tuple):
        return answer
    return {
        name: len(value) if name == "reference" else value
        for name in answer.__struct_fields__
        if name not in {"due", "received", "steps"}
        for value in [getattr(answer, name)]
    }


@pytest.mark.promise("DSR-08")
def test_nobody_learns_whether_a_number_is_known(scene, monkeypatch):
    scene.person()
    ask(scene, "+12025550171")  # statements are prepared, caches are warm
    ask(scene, "+12025550172")
    scene.work()
    work = Work(monkeypatch)
    seen = {}
    for contact in (CALLER, STRANGER):
        answers = [
            scene.run("privacy.rights.ask", "public", kind="access", contact=contact,
                      residence="DE")
        ]  # fmt: skip
        reference = answers[0].reference
        steps = [work.take()]
        scene.work()
        work.take()  # nobody waits for the job, and nobody sees what it does
        answers.append(wrong(scene, reference, "000000"))
        steps.append(work.take())
        answers.append(scene.run("privacy.rights.status", "public", reference=reference))
        steps.append(work.take())
        answers.append(scene.run("privacy.rights.code", "public", reference=reference))
        steps.append(work.take())
        seen[contact] = ([shape(answer) for answer in answers], steps)
    assert seen[CALLER][0] == seen[STRANGER][0]
    assert seen[CALLER][1] == seen[STRANGER][1]
    assert {to for to, _ in scene.line.placed} == {CALLER}


def test_the_code_is_kept_as_a_hash_alone_and_the_voice_says_it_twice(scene):
    scene.person()
    ask(scene)
    scene.work()
    scene.settle()
    code = scene.line.code.encode()
    folder = scene.office.store.store.folder.root
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix in {".db", ".db-wal"}:
            assert b'"' + code + b'"' not in path.read_bytes()
    assert scene.line.placed[0][1].count(codes.spoken(code.decode())) == 2


def test_the_name_of_the_exchange_cannot_break_the_document(scene):
    scene.office.account_name = 'A & B <"Ltd">'
    document = identity.spoken(scene.office, "123456")
    assert scene.office.check_document(document) == []


def test_without_a_mail_server_no_mailbox_can_be_asked_about(scene):
    found = scene.refused("privacy.rights.ask", "public", kind="access", contact="ada@example.com")
    assert found.code == "no_mail_server"


def mailed_code(scene):
    """The code in the last letter."""
    return re.search(rb"code is ([0-9]{6})", scene.letters()[-1])[1].decode()


@pytest.mark.promise("DSR-08")
def test_who_reads_a_mailbox_is_who_has_it(mailing):
    messages = mailing.office.store.rooms.messages
    subscription = Subscription("news", "consent", "CO1", "")
    mailing.office.store.db.submit(
        lambda tx: messages.subscribe(
            tx, messages.lookup("ada@example.com"), subscription, mailing.clock.now()
        )
    ).result(5)
    known = mailing.run("privacy.rights.ask", "public", kind="access", contact="Ada@example.com")
    stranger = mailing.run("privacy.rights.ask", "public", kind="access", contact="eve@example.com")
    assert shape(known) == shape(stranger)
    mailing.work()
    assert len(mailing.letters()) == 1  # to the one we know, and to nobody else
    code = mailed_code(mailing)
    assert wrong(mailing, stranger.reference, code)[0] == "wrong_code"
    assert verify(mailing, known.reference, code).state == "open"
    (case,) = [c for c in mailing.run("privacy.case.list") if c.person]
    archive = mailing.run("privacy.case.archive", sid=case.sid)
    data = mailing.fetch("privacy.case.fetch", sid=case.sid, token=archive.token)
    assert b"tables/subscriptions.csv" in data


@pytest.fixture
def texting(tmp_path):
    """A scene whose exchange may write to people."""
    made = Scene(tmp_path / "data", rights_sms_from=OURS)
    made.run("number.add", number=OURS, twiml="<Response/>")
    made.run("message.campaign.add", name="codes", senders=[OURS], registration="C0DE123")
    yield made
    made.close()


def texts(scene):
    """What was written to people."""
    return [scene.run("message.show", sid=m.sid) for m in scene.run("message.list").messages]


@pytest.mark.promise("DSR-08")
def test_a_code_comes_by_text_where_somebody_asks_for_that(texting):
    texting.person()
    asked = texting.run("privacy.rights.ask", "public", kind="restriction", contact=CALLER,
                        residence="DE", details={"code_by": "text"})  # fmt: skip
    texting.work()
    assert texting.line.placed == []
    (sent,) = texts(texting)
    code = re.search(r"code is ([0-9]{6})", sent.body)[1]
    assert verify(texting, asked.reference, code).state == "answered"


def test_who_wants_no_texts_is_called_instead(texting):
    texting.person()
    asyncio.run(
        texting.office.write(
            lambda tx: texting.office.store.rooms.consents.suppress(
                tx, Phone(CALLER), "texts", how="mail", by="caller", now=texting.clock.now()
            )
        )
    )
    texting.run("privacy.rights.ask", "public", kind="restriction", contact=CALLER,
                residence="DE", details={"code_by": "text"})  # fmt: skip
    texting.work()
    assert (len(texting.line.placed), texts(texting)) == (1, [])


def test_a_way_that_codes_do_not_go_is_refused(scene):
    for way, code in (("text", "no_texts"), ("pigeon", "bad_argument")):
        refused = scene.refused("privacy.rights.ask", "public", kind="access", contact=CALLER,
                                residence="DE", details={"code_by": way})  # fmt: skip
        assert refused.code == code
