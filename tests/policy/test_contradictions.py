"""What a policy says twice, differently."""

import pytest

from ringfence.policy.contradictions import PAIRS, clashes, durations
from ringfence.promises import registry


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("We never sell your data. We may sell or rent lists of customers' data.", "PUR-13"),
        ("We may rent your details to partners. We do not sell or trade anything.", "PUR-13"),
        ("We will never, ever, sell it. We may sell your data.", "PUR-13"),
        ("No copy of your text is kept. The log may nevertheless hold copies of it.", "TEL-17"),
        ("We tell you before we share. Some data is shared without further notice.", "SHR-11"),
        ("It is stored only in India. It may go to any other country.", "XFR-02"),
        ("Logs are kept for 200 days.\nWe delete logs after 300 days.", "RET-02"),
        ("Backups are kept for two weeks. Backups are deleted after 30 days.", "RET-02"),
        ("Cookies are kept for at least 90 days. Cookies are deleted after 60 days.", "RET-02"),
        ("Call logs are deleted after 90 days.", "RET-01"),
        ("Recordings are kept for at least two years.", "RET-02"),
    ],
)
def test_a_contradiction_is_found(text: str, clause: str) -> None:
    assert [clash.clause for clash in clashes(text)] == [clause]


@pytest.mark.parametrize(
    "text",
    [
        "We never sell your data. The log may hold copies.",
        "Logs are kept for at least six months. Logs are deleted after 730 days.",
        "Logs are kept for 200 days. Backups are kept for 30 days.",
        "Logs are kept for 200 days. Again: logs are deleted after 200 days.",
        "Recordings are deleted after 30 days.",
        "We answer questions about logs within 30 days.",
        "",
    ],
)
def test_what_agrees_is_left_alone(text: str) -> None:
    assert clashes(text) == []


def test_a_contradiction_says_where_both_are() -> None:
    text = "It may go to any country. It never leaves India."
    [clash] = clashes(text)
    assert clash.against is not None
    assert text[slice(*clash.against)] == "any country"
    assert text[slice(*clash.span)] == "never leaves"


def test_durations_are_read() -> None:
    text = "Recordings are kept for at least three weeks. Logs are kept for 1 year."
    assert [(said.topic, said.bound, said.days) for said in durations(text)] == [
        ("recordings", "least", 21),
        ("logs", "most", 365),
    ]


def test_every_pair_goes_against_a_clause_there_is() -> None:
    assert {pair.clause for pair in PAIRS} <= {clause.id for clause in registry.load()}
