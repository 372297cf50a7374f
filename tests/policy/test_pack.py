"""Packs: what is read, and every mistake with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.errors import Refused
from ringfence.policy.pack import Mistake, Wording, load, plain, read

GOOD = '''title = "Privacy policy of Example Ltd"
version = "2026-11-22"

[[clause]]
id = "RET-01"
text = """
Logs of calls are kept
for 180 days."""
summary = "Half a year of logs."

[[clause]]
id = "TEL-17"
text = "No copy is kept."
'''


def test_a_good_pack_has_passages_and_no_mistakes() -> None:
    passages, mistakes = read(GOOD)
    assert mistakes == []
    assert [(passage.clause, passage.line) for passage in passages] == [
        ("RET-01", 7),
        ("RET-01", 9),
        ("TEL-17", 13),
    ]
    text = passages[0]
    assert text.line_at(text.text.index("180")) == 8


def test_a_plain_text_is_one_passage() -> None:
    [passage] = plain("one\ntwo")
    assert (passage.clause, passage.line_at(5)) == ("", 2)


@pytest.mark.parametrize(
    ("right", "wrong", "line", "said"),
    [
        ('title = "Privacy policy of Example Ltd"', "", 1, "the title of the policy is missing"),
        ('version = "2026-11-22"', "version = 3", 2, "the version of the policy is missing"),
        ('version = "2026-11-22"', 'version = "1"\nmood = 1', 3, "nobody knows the field 'mood'"),
        ('id = "TEL-17"', 'id = "TEL-99"', 12, "there is no clause 'TEL-99'"),
        (
            'text = "No copy is kept."',
            'text = "No copy is kept."\n[[clauses]]\nid = "TEL-18"',
            14,
            "nobody knows the field 'clauses'",
        ),
        ('id = "TEL-17"', 'id = "RET-01"', 12, "RET-01 is there twice"),
        ('id = "TEL-17"', "", 11, "this clause has no id"),
        ('text = "No copy is kept."', "", 11, "this clause has no text"),
        ('text = "No copy is kept."', 'text = " "', 13, "this clause has no text"),
        ('summary = "Half a year of logs."', "summary = 1", 9, "this summary is no text"),
        ('id = "TEL-17"', 'id = "TEL-17"\nage = 1', 13, "nobody knows the field 'age'"),
        ('id = "TEL-17"', "id = = 3", 12, "this is not TOML: invalid value"),
        ('text = "No copy is kept."', "says = 3", 13, "this claim is no text"),
        ('text = "No copy is kept."', 'text = "{age}"', 13, "there is no variable {age}"),
        (
            'version = "2026-11-22"',
            'version = "1"\nadopts = 3',
            3,
            "adopts is a list of ids of clauses",
        ),
        (
            'version = "2026-11-22"',
            'version = "1"\nadopts = ["A-1"]',
            3,
            "there is no clause 'A-1'",
        ),
        (
            'version = "2026-11-22"',
            'version = "1"\nadopts = [\n"TEL-01",\n"TEL-01",\n]',
            5,
            "TEL-01 is adopted twice",
        ),
        (
            'version = "2026-11-22"',
            'version = "1"\ncompany = "x"',
            3,
            "nobody knows a policy of that company",
        ),
    ],
)
def test_a_mistake_has_its_line(right: str, wrong: str, line: int, said: str) -> None:
    assert right in GOOD
    _, mistakes = read(GOOD.replace(right, wrong, 1))
    assert Mistake(line, said) in mistakes


def test_all_mistakes_are_named_at_once() -> None:
    source = 'title = \nversion = "1"\n[[clause]]\nid = "TEL-99"\ntext = "x\nage = 1\n'
    _, mistakes = read(source)
    assert [mistake.line for mistake in mistakes] == [1, 1, 4, 5, 5, 6]


def test_no_clause_at_all() -> None:
    _, mistakes = read('title = "x"\nversion = "1"\n')
    assert mistakes == [Mistake(1, "there is no [[clause]]")]
    assert read('title = "x"\nversion = "1"\nclause = 3\n')[1] == [
        Mistake(3, "there is no [[clause]]")
    ]


@pytest.mark.parametrize("source", ["a = " + "[" * 5_000, "= 1\n" * 500, '"""', "\x00", ""])
def test_hostile_files_are_answered(source: str) -> None:
    passages, mistakes = read(source)
    assert passages == []
    assert mistakes


@given(st.text(alphabet="[]clause=\"#idtxt\n 1'", max_size=200))
def test_whatever_is_read_every_line_is_one_of_the_file(source: str) -> None:
    """Invariant: a mistake names a line of the file (or the first of an empty one)."""
    for mistake in read(source)[1]:
        assert 0 <= mistake.line <= max(1, len(source.splitlines()))


def test_a_pack_is_loaded_or_all_its_mistakes_are_named() -> None:
    pack = load(GOOD.replace("[[clause]]", 'adopts = ["PUR-13"]\n[[clause]]', 1))
    assert [wording.clause for wording in pack.clauses] == ["PUR-13", "RET-01", "TEL-17"]
    assert pack.clauses[0] == Wording("PUR-13")
    with pytest.raises(Refused) as refused:
        load('title = "x"\n[[clause]]\nid = "NO-1"\n')
    assert refused.value.reason == (
        "line 1: the version of the policy is missing; "
        "line 2: this clause has no text; line 3: there is no clause 'NO-1'"
    )
