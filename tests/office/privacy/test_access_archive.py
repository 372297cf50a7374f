"""The archive of one person: all of theirs, nothing of anybody else's.

Canaries: words that occur nowhere else, planted through the features of the exchange for several
people who do not exist. Everybody's archive holds all of their own and none of the others'.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from rights_scene import OURS

from ringfence.kernel import ids
from ringfence.kernel.phone import Phone
from ringfence.media import wav
from ringfence.messaging import message as life
from ringfence.office.privacy import access_archive
from ringfence.storage.cases_disclosures import Recipient
from ringfence.storage.deliveries import Message, Told
from ringfence.storage.texts import NewText

PEOPLE = {
    "+12025550123": 1_111,
    "+447700900144": 2_222,
    "+12025550177": 3_333,
    "sip:canary-dora@phones.example.com": 4_444,
}


def canaries(number):
    """The words that are planted for one person, by where they go."""
    tag = "".join(c for c in number if c.isalnum())[-9:]
    return {
        "address": number,
        "case": f"case-{tag}",
        "reason": f"reason-{tag}",
        "amendment": f"amendment-{tag}",
        "recipient": f"recipient-{tag}",
        "callback": f"callback-{tag}",
        "complaint": f"complaint-{tag}",
        "unproven": f"unproven-{tag}",
    }


def plant(scene, number, level):
    """Let somebody leave something in every store; their party id."""
    office, words = scene.office, canaries(number)
    address = number if number.startswith("sip:") else Phone(number)
    party = office.store.party_room.resolve(address, scene.clock.now())
    scene.settle()
    if not number.startswith("sip:"):
        scene.called(number, OURS, voice=level)
    now = scene.clock.advance(1)
    case = scene.run("privacy.case.open", kind="correction", contact=number, residence="DE",
                     words=words["case"], method="met",
                     details={"what": "name", "value": words["amendment"]})  # fmt: skip
    scene.run("privacy.case.answer", sid=case.sid, words=words["reason"])
    scene.run("privacy.grievance.file", "public", words=words["complaint"], contact=number)
    scene.run("privacy.rights.ask", "public", kind="access", contact=number,
              words=words["unproven"])  # fmt: skip
    scene.run("privacy.case.open", kind="restriction", contact=number, method="met")
    scene.run("privacy.case.open", kind="opt_out", contact=number, method="met")
    scene.run("privacy.case.open", kind="objection", contact=number, method="met",
              details={"purpose": "prevent_abuse"})  # fmt: skip

    def unit(tx):
        office.store.rooms.disclosures.add(
            tx, party=party, case=case.sid, kind="provider", fields=["calls"], basis="GDPR 20",
            recipient=Recipient(name=words["recipient"]), now=now,
        )  # fmt: skip
        message = Message("https://example.com/", "POST", [("Note", words["callback"])])
        told = Told(
            message=message, origin="https://example.com:443", subject="CA" + "9" * 32,
            kind="status", party=party,
        )  # fmt: skip
        office.postbox.add(tx, told, now)

    office.store.db.submit(unit).result(5)
    return party


def archive_of(scene, number):
    """Ask for an archive, fetch it: the names and the bytes of its files."""
    case = scene.run("privacy.case.open", kind="access", contact=number, method="met")
    made = scene.run("privacy.case.archive", sid=case.sid)
    data = scene.fetch("privacy.case.fetch", sid=case.sid, token=made.token)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def tone(data):
    """How loud a recording is in the middle."""
    _, pcm = wav.read(data)
    return sum(map(abs, pcm[2_000:6_000])) / 4_000


@pytest.fixture
def planted(scene):
    parties = {number: plant(scene, number, level) for number, level in PEOPLE.items()}
    return scene, parties


@pytest.mark.promise("DSR-01")
def test_everything_of_the_person_and_nothing_of_anybody_else(planted):
    scene, parties = planted
    for number, level in PEOPLE.items():
        files = archive_of(scene, number)
        whole = b"\n".join(files.values())
        for where, canary in canaries(number).items():
            assert canary.encode() in whole, where
        for other in PEOPLE:
            if other == number:
                continue
            for where, canary in canaries(other).items():
                assert canary.encode() not in whole, where
            assert parties[other].encode() not in whole
        media = [data for name, data in files.items() if name.startswith("media/")]
        if number.startswith("sip:"):
            assert media == []
        else:
            assert [abs(tone(data) - level) < level / 10 for data in media] == [True]


@pytest.fixture
def files(scene):
    """The archive of one person."""
    number = next(iter(PEOPLE))
    plant(scene, number, 1_111)
    return archive_of(scene, number)


@pytest.mark.promise("SHR-11")
def test_who_received_and_who_looked_is_in_it(files):
    number = next(iter(PEOPLE))
    (recipient,) = json.loads(files["recipients.json"])
    assert recipient["recipient"] == canaries(number)["recipient"]
    assert recipient["fields"] == ["calls"]
    history = json.loads(files["access-history.json"])
    assert {"opened", "restricted", "corrected", "disclosed", "case"} <= {h["did"] for h in history}
    opened = next(h for h in history if h["did"] == "opened")
    assert {"leaf", "at", "purpose", "category", "by"} <= set(opened)


def test_whom_the_exchange_handed_something_on_to_is_in_it(scene):
    number = next(iter(PEOPLE))
    plant(scene, number, 1_111)
    carried = "UPDATE calls SET trunk_id = 'TK" + "1" * 32 + "'"
    scene.office.store.db.submit(lambda tx: tx._cursor.execute(carried)).result(5)
    told = json.loads(archive_of(scene, number)["recipients.json"])
    assert [one["kind"] for one in told] == ["provider", "carrier"]
    assert (told[1]["recipient"], len(told[1]["records"])) == ("TK" + "1" * 32, 1)


def test_every_row_says_where_it_is_from_and_how_long_it_is_kept(files):
    told = json.loads(files["provenance.json"])
    assert set(told) == set(access_archive.PATHS)
    for lines in told.values():
        for line in lines:
            assert line["source"]
            assert line["purposes"]
            assert line["kept_at_least_days"] >= 0


def test_it_is_for_people_and_for_programs(files):
    readme = files["README.txt"].decode()
    assert "What is held about you" in readme
    (call,) = csv.DictReader(io.StringIO(files["tables/calls.csv"].decode()))
    assert call["caller_id"] == "you"
    assert call["called_shown"].endswith("00")
    assert "*" in call["called_shown"]  # the other number is masked
    named = {line.partition("  ")[2] for line in files["manifest.txt"].decode().split("\n")[1:-3]}
    assert named == set(files) - {"manifest.txt"}


def unpacked(files, folder):
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return [sys.executable, str(folder / "verify.py"), files["proofs/KEY.txt"].decode().strip()]


def flipped(folder, name):
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)


TAMPERED = {
    "nothing": lambda folder: None,
    "a byte of the data": lambda folder: flipped(folder, "data.json"),
    "a byte of a voice": lambda folder: flipped(folder, voice_in(folder)),
    "a byte of a proof": lambda folder: flipped(folder, "proofs/KEY.txt"),
    "a file missing": lambda folder: (folder / "recipients.json").unlink(),
    "a voice missing": lambda folder: (folder / voice_in(folder)).unlink(),
    "a file added": lambda folder: (folder / "media" / "RE0.wav").write_bytes(b"RIFF"),
    "a hidden file added": lambda folder: (folder / ".also").write_bytes(b""),
    "a second manifest": lambda folder: (folder / "media" / "manifest.txt").write_bytes(b""),
    "a file renamed": lambda folder: (folder / "data.json").rename(folder / "data2.json"),
    "the manifest": lambda folder: flipped(folder, "manifest.txt"),
    "a line of the manifest": lambda folder: without_a_line(folder / "manifest.txt"),
    "a manifest nobody signed": lambda folder: unsigned(folder / "manifest.txt"),
}


def voice_in(folder):
    return next(path.relative_to(folder).as_posix() for path in folder.glob("media/*.wav"))


def without_a_line(manifest):
    lines = manifest.read_text("utf-8").split("\n")
    gone = lines.pop(2).partition("  ")[2]
    (manifest.parent / gone).unlink()
    manifest.write_text("\n".join(lines), "utf-8")


def unsigned(manifest):
    manifest.write_text(manifest.read_text("utf-8").rpartition("\n\n")[0] + "\n\n", "utf-8")


@pytest.mark.parametrize("harm", TAMPERED)
def test_every_file_of_it_is_checked_offline(files, tmp_path, harm):
    """Invariant: with one byte changed, a file missing or added, the shipped program says so."""
    folder = tmp_path / "archive"
    check = unpacked(files, folder)
    TAMPERED[harm](folder)
    done = subprocess.run(
        [*check, "manifest.txt"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode == 0) == (harm == "nothing"), done.stderr
    assert ("unchanged" in done.stdout) == (harm == "nothing")


def test_the_history_is_proved_and_the_program_that_checks_it_is_there(files, tmp_path):
    check = unpacked(files, tmp_path)
    proofs = sorted(map(str, tmp_path.glob("proofs/*.tlog-proof")))
    proved = {int(Path(name).name.partition(".")[0]) for name in proofs}
    told = {line["leaf"] for line in json.loads(files["access-history.json"])}
    # all of it but what was written while the archive was made, after the head was signed
    assert proved == {leaf for leaf in told if leaf <= max(proved)}
    assert len(proved) > 10
    assert subprocess.run([*check, *proofs], capture_output=True, check=False).returncode == 0
    changed = tmp_path / "changed.tlog-proof"
    changed.write_bytes(Path(proofs[0]).read_bytes().replace(b"index ", b"index 9", 1))
    assert subprocess.run([*check, str(changed)], capture_output=True, check=False).returncode


def test_pictures_are_in_it_and_links_where_nothing_was_fetched(scene):
    person, other = "+12025550123", "+447700900144"
    office = scene.office
    party, theirs = (
        office.store.party_room.resolve(Phone(number), scene.clock.now())
        for number in (person, other)
    )
    scene.settle()
    shown, hidden = b"\x89PNG of the person", b"\x89PNG of somebody else"
    mine = picture(scene, party, shown)
    picture(scene, theirs, hidden)
    never = picture(scene, party, None)
    found = archive_of(scene, person)
    assert found[f"media/{mine}.png"] == shown
    assert not any(hidden in data for data in found.values())
    rows = json.loads(found["data.json"])["tables"]["text_media"]
    assert {row["id"] for row in rows} == {mine, never}
    assert {row["sealed"] for row in rows} == {"https://example.com/a.png"}
    assert not any(never in name for name in found)


def test_what_was_redacted_while_a_server_was_to_be_told_of_it_is_left_out(scene):
    number, secret = "+12025550123", "what the webhook was to say"
    office = scene.office
    party = office.store.party_room.resolve(Phone(number), scene.clock.now())
    scene.settle()
    picture(scene, party, b"\x89PNG of the person")
    (message,) = scene.run("message.list").messages
    told = Told(
        message=Message("https://example.com/", "POST", [("Note", secret)]),
        origin="https://example.com:443", subject=message.sid, kind="webhook", party=party,
    )  # fmt: skip
    office.store.db.submit(lambda tx: office.postbox.add(tx, told, scene.clock.now())).result(5)
    assert secret.encode() in archive_of(scene, number)["data.json"]
    scene.run("message.redact", sid=message.sid)
    assert secret.encode() not in archive_of(scene, number)["data.json"]


def picture(scene, party, body):
    """Keep a message with a picture; the picture's id."""
    office, now = scene.office, scene.clock.advance(1)
    rooms = office.store.rooms
    message = ids.make("message", now, office.entropy)
    begun = life.MessageArrived(
        at=now, message=message, account=office.account.id, party=party, direction="inbound",
        segments=1,
    )  # fmt: skip
    new = NewText(begun=begun, own=OURS, body="Look", media=["https://example.com/a.png"])
    office.store.db.submit(lambda tx: rooms.texts.add(tx, new)).result(5)
    (medium,) = rooms.texts.media(office.store.db.reading, message)
    if body is not None:
        rooms.pictures.write(medium, body)
        office.store.db.submit(
            lambda tx: rooms.pictures.keep(tx, medium.id, media_type="image/png", size=len(body))
        ).result(5)
    return medium.id


def test_a_cell_is_never_a_formula():
    says = ("=SUM(A1)", "+SUM(A1)", "-1+1", "@A1", "+12025550123", "-5")
    text = access_archive._csv([{"says": one} for one in says]).decode()
    assert text.split() == [
        "says", "'=SUM(A1)", "'+SUM(A1)", "'-1+1", "'@A1", "+12025550123", "-5"
    ]  # fmt: skip


def test_an_erased_person_has_no_archive(scene):
    scene.called(voice=500)
    case = scene.run("privacy.case.open", kind="access", contact="+12025550123", method="met")
    made = scene.run("privacy.case.archive", sid=case.sid)
    plan = scene.run("privacy.erase.plan", address="+12025550123")
    scene.run("privacy.erase.execute", sid=plan.sid)
    with pytest.raises(Exception, match=r"erased|no archive|not yours"):
        scene.fetch("privacy.case.fetch", sid=case.sid, token=made.token)
