"""Invariant: whatever an answer says of a made-up person is a hit, named by the use case."""

import inspect

import pytest

import ringfence.office  # noqa: F401 - fills the table
from ringfence.cli.proof_answers import LISTS, OF_ONE, interrogate, sids
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.office.table import TABLE
from ringfence.privacy.tracers.search import Search
from ringfence.privacy.tracers.spellings import number_needles

SEARCH = Search({"T1": number_needles(Phone("+12025550123"))})
SILENT = {
    "account.list": "accounts are the operator's", "app.list": "programs of the operator",
    "app.grants": "what programs may do", "application.list": "URLs of programs",
    "ban.list": "addresses of networks, in memory alone",
    "backup.list": "names and sizes of files", "balance.movements": "money of accounts",
    "conference.recording.list": "asked of each conference", "event.list": "asked of each call",
    "key.list": "keys of programs", "message.media": "asked of each message",
    "number.stock.list": "numbers that are for sale", "participant.list": "asked of each room",
    "payment_connector.list": "URLs of processors", "privacy.approver.list": "staff",
    "privacy.message.lists": "asked with an address alone", "privacy.officer.list": "staff",
    "privacy.promise.list": "clauses", "privacy.recipient.list": "companies",
    "privacy.ticket.list": "staff", "privacy.policy.packs": "texts",
    "queue.member.list": "who waits in a call that goes on", "role.list": "roles",
    "sip_address.list": "addresses of networks", "sip_credential.list": "names of telephones",
    "sip_domain.list": "names of hosts", "sip_list.list": "names of lists",
    "tariff.list": "prices", "usage.trigger.list": "sums",
}  # fmt: skip
"""Lists that are not asked, and why nobody who was erased is in them."""


class Office:
    def __init__(self, answers):
        self.answers, self.asked = answers, []

    def run(self, name, /, **args):
        self.asked.append((name, args))
        answer = self.answers.get(name, [])
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_answers_about_lists_and_each_of_them_are_searched():
    office = Office({
        "call.list": {"calls": [{"sid": "CA1"}, {"sid": "CA2"}], "next": None},
        "call.timeline": [{"text": "called by +12025550123"}],
        "call.diagnose": Refused("not_found", "no call of that SID"),
    })  # fmt: skip
    found = interrogate(SEARCH, office)
    assert [(name, hit.subject) for name, hit in found.hits] == [("call.timeline", "T1")] * 2
    assert ("call.show", {"sid": "CA2"}) in office.asked
    assert found.files == len(office.asked) == len(LISTS) + 8
    assert found.summary().what == "answers"


def test_a_list_that_is_refused_is_not_passed_over():
    with pytest.raises(Refused, match="not now"):
        interrogate(SEARCH, Office({"call.list": Refused("no", "not now")}))


def test_sids_are_found_in_lists_and_pages():
    assert [*sids([{"sid": "A"}, {"name": "b"}])] == ["A"]
    assert [*sids({"rows": [{"sid": "A"}], "next": "A"})] == ["A"]
    assert [*sids(None)] == []


def test_every_list_of_the_table_is_asked_or_explained():
    lists = {name for name, row in TABLE.rows.items()
             if name.endswith(".list") and not row.stream}  # fmt: skip
    assert lists - set(LISTS) - {n for rows in OF_ONE.values() for n, _ in rows} <= set(SILENT)
    assert not set(SILENT) & set(LISTS)
    for name, args in [*LISTS.items(), *((n, {k: ""}) for r in OF_ONE.values() for n, k in r)]:
        assert args.keys() <= inspect.signature(TABLE.rows[name].work).parameters.keys(), name
