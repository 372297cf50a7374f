"""Made-up people go through a real platform, are erased, and every byte is searched."""

from __future__ import annotations

import json
import re
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from listening_web import Web
from mail_sink import Sink
from platform_run import RINGFENCE, Platform, free_port

from ringfence.accounts.resources import KINDS
from ringfence.cli.proof_answers import LISTS
from ringfence.privacy.registry_objects import OBJECTS
from ringfence.privacy.taxonomy import is_personal
from ringfence.storage.erasure_map import reaches
from ringfence.storage.schema import label_of_column, metadata

SUBJECTS = frozenset({"caller", "agent", "customer", "staff"})

PATIENCE = 580
"""Seconds for a proof: seventy on an idle machine."""

UNREACHED = {
    "audit_people": "pages of lists of people; one is written when many were shown at once",
    "jobs": "work about a call; nothing of it waits when the calls are over",
}
"""Stores that can hold a person and hold nobody of a proof, and why."""
APART = {
    "accounts": "the account's own name",
    "tokens": "the account's own",
    "api_keys": "of programs",
    "apps": "of programs",
    "app_tokens": "of programs",
    "case_approvers": "staff",
    "primary_admins": "staff",
    "staff_tickets": "staff",
    "case_honey": "people who do not exist: whoever opens their data raises an incident",
    "holds": "names a record, not a person",
    "phones": "a telephone of the account's staff",
    "repeats": "answers of a day, all forgotten at every erasure",
    "trunks": "a name and password of the account's at a carrier",
    "suppressions": "a keyed hash, kept so that an erased person is left alone",
}
"""Tables with personal columns in which no erasure looks for a person, and why."""
NO_FILES = {
    "backup": "lies outside the data folder",
    "certificate": "no call by TLS is made",
    "ledger": "written by a restore",
    "spool": "empty once calls are over",
    "settings": "set by the command line here",
}
"""Kinds of files that are not there when people of a proof are erased, and why."""


def everything(data: Path, port: int, ears: str) -> Platform:
    """A platform that may ask servers of this machine, send mail and has somebody who understands
    speech, so that no way is refused.
    """
    return Platform(
        data,
        *("--recogniser", "http", "--recogniser-url", f"{ears}/read"),
        *("--recogniser-answer", "result.said"),
        *("--fetch-private", "127.0.0.0/8", "--public-url", "http://pbx.example.net"),
        *("--smtp-host", "127.0.0.1", "--smtp-port", str(port), "--smtp-tls", "none"),
        *("--smtp-from", "pbx@example.net"),
    )


@pytest.mark.timeout(PATIENCE + 40)
def test_nothing_is_left_of_who_was_erased(tmp_path: Path) -> None:
    with (
        Sink(tmp_path, free_port()) as sink,
        closing(Web()) as web,
        everything(tmp_path / "data", sink.port, web.url) as platform,
    ):
        done = subprocess.run(
            [
                *(
                    str(RINGFENCE),
                    "privacy",
                    "prove-erasure",
                    "--people",
                    "1",
                    "--thorough",
                    "--json",
                ),
                *("--report", str(tmp_path / "proof.txt"), "--data", str(platform.data)),
            ],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        found = json.loads(done.stdout)
        assert found["clean"] is True
        assert found["hits"] == []
        assert found["planted"] == 100
        assert found["found"] >= 99
        # Nothing was refused, and every store and kind of file had something of them to erase.
        assert found["unwalked"] == []
        held = found["held"]
        stores = {reach.holding.table for reach in reaches()}
        assert {store for store in stores if not held[store]} == set(UNREACHED)
        kinds = {item.key for item in OBJECTS}
        assert {kind for kind in kinds if not held.get(f"{kind} files")} == set(NO_FILES)
        # The servers were really asked, the webhooks went nowhere, the mailbox was written to.
        told = platform.do("notification.list", limit=1000)["notifications"]
        asked = {(row["kind"], row["event"], row["status"]) for row in told}
        assert asked >= {("document", None, 200), ("event", "message.received", 0)}
        assert web.read, "recordings were written down"
        assert len(sink.wait(2)) == 2
        note = (tmp_path / "proof.txt").read_text()
        assert note == found["note"]
        for place in ("data", "backup", "answers"):
            (searched,) = re.findall(rf"searched {place} (\d+) files \d+ bytes 0 hits", note)
            assert int(searched) > 1
        assert {paid["result"] for paid in platform.do("payment.list")} == {"success"}
        streams = [
            line for call in platform.calls(ended=9)
            for line in platform.do("call.timeline", sid=call["sid"])
            if line["name"] == "StreamEnded"
        ]  # fmt: skip
        assert any("closed" in line["text"] for line in streams)
        # The calls were real: they are on record, and their caller is nobody any more.
        calls = platform.calls(ended=9)
        assert all(call["caller"] is None or "+44" not in call["caller"] for call in calls)
        assert platform.do("number.list") == []


def test_every_table_with_a_person_in_it_is_in_the_proof_or_explained() -> None:
    reached = {reach.holding.table for reach in reaches()}
    personal = {
        str(table.name) for table in metadata.sorted_tables
        if any(is_personal(label.category) or label.subject in SUBJECTS
               for column in table.columns if (label := label_of_column(column)))
    }  # fmt: skip
    assert personal - reached == set(APART)
    assert set(UNREACHED) <= reached


def test_every_document_on_the_shelf_that_names_a_person_is_asked_about() -> None:
    """A new kind of document: does it hold somebody who is not the account's?"""
    named = {"caller_id"}
    words = {kind.word for kind in KINDS.values()}
    assert words == named | {
        "application", "credential", "credential_list", "ip_address", "ip_list",
        "payment_connector", "sip_domain", "stock", "text_carrier", "usage_trigger", "webhook",
    }  # fmt: skip
    assert {f"{word}.list" for word in named} <= set(LISTS)
