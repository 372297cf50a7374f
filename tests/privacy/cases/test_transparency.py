"""The transparency report is counted from the steps."""

from ringfence.privacy.cases.transparency import Entry, band, report


def steps(case, *actions, country="US", people=0, at=10):
    return [
        Entry(at + n, case, action, {"country": country, "people": people})
        for n, action in enumerate(actions)
    ]


def test_counts_equal_the_cases():
    log = [
        *steps("a", "receive", "refer"),
        *steps("b", "receive", "object", country="RU"),
        *steps("c", "receive", "validate", "notify", "approve", "approve", "disclose", people=3),
        *steps("d", "receive", "declare_emergency", "gag", "approve", "disclose", people=9),
        *steps("e", "receive"),
        *steps("old", "receive", "object", at=1),
    ]
    found = report(log, since=5, until=100)
    assert (found.received, found.referred, found.objected, found.disclosed) == (5, 1, 1, 2)
    assert (found.emergencies, found.gagged, found.told, found.pending) == (1, 1, 1, 1)
    assert found.countries == {"RU": 1, "US": 4}
    assert found.people == "10 to 19"


def test_people_are_published_in_bands():
    assert [band(n) for n in (0, 1, 9, 10, 25)] == [
        "none", "fewer than 10", "fewer than 10", "10 to 19", "20 to 29"
    ]  # fmt: skip
