"""Nothing is kept without permission in words, and nothing for longer than it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.clock import Ms
from ringfence.webhooks.freshness import lifetime

NOW = Ms(1_767_225_600_000)  # Thu, 01 Jan 2026 00:00:00 GMT
DATE = ("Date", "Thu, 01 Jan 2026 00:00:00 GMT")
LATER = ("Expires", "Thu, 01 Jan 2026 00:05:00 GMT")
DAY = 86_400


def kept(*headers: tuple[str, str], **how: object) -> int:
    asked = {"status": 200, "method": "GET", "authorized": False, "now": NOW, "most_s": DAY}
    return lifetime(headers, **(asked | how))  # type: ignore[arg-type]


def control(*values: str) -> list[tuple[str, str]]:
    return [("Cache-Control", value) for value in values]


@pytest.mark.promise("TEL-17")
@pytest.mark.promise("TEL-16")
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param([], 0, id="1-says-nothing"),
        pytest.param(control("no-store"), 0, id="2-no-store"),
        pytest.param(control("private, max-age=300"), 0, id="3-private"),
        pytest.param(control("no-cache, max-age=300"), 0, id="4-no-cache"),
        pytest.param(control("max-age=300"), 300, id="5-max-age"),
        pytest.param(control("public, max-age=300, s-maxage=60"), 60, id="6-s-maxage-counts"),
        pytest.param(control("public"), 0, id="7-public-without-a-lifetime"),
        pytest.param([DATE, LATER], 300, id="8-expires"),
        pytest.param([DATE, ("Expires", "0")], 0, id="9-expires-nonsense"),
        pytest.param([*control("max-age=300"), ("Vary", "Cookie")], 0, id="10-vary"),
        pytest.param([*control("max-age=300"), ("Age", "290")], 10, id="11-age"),
        pytest.param([*control("max-age=300"), ("Set-Cookie", "a=b")], 0, id="12-set-cookie"),
        pytest.param([("Last-Modified", DATE[1]), ("ETag", '"1"')], 0, id="13-no-guessing"),
        pytest.param([*control("max-age=300"), ("Vary", "Accept-Encoding")], 300, id="14-harmless"),
        pytest.param([*control("max-age=300"), ("Vary", "*")], 0, id="15-vary-all"),
        pytest.param(control("max-age=-1"), 0, id="16-negative"),
        pytest.param(control("max-age=soon"), 0, id="17-nonsense"),
        pytest.param(control("max-age=300", "max-age=5"), 5, id="18-told-twice"),
        pytest.param(control('private="x", max-age=300'), 0, id="19-private-with-names"),
        pytest.param(control("max-age=300 no-store"), 0, id="20-comma-forgotten"),
        pytest.param([("Pragma", "no-cache"), DATE, LATER], 0, id="21-pragma"),
        pytest.param(control("MAX-AGE=300, NO-STORE"), 0, id="22-capitals"),
        pytest.param(
            [*control("max-age=300"), ("Date", "Wed, 31 Dec 2025 23:59:00 GMT")], 240, id="23-old"
        ),
        pytest.param(control("max-age=999999999"), DAY, id="24-never-beyond-the-limit"),
        pytest.param(control('max-age="300"'), 300, id="25-quoted"),
        pytest.param([LATER], 300, id="26-expires-without-date"),
    ],
)
def test_what_a_server_says_and_what_is_kept(headers: list[tuple[str, str]], seconds: int) -> None:
    assert kept(*headers) == seconds


@pytest.mark.promise("TEL-17")
@pytest.mark.parametrize(
    "how",
    [{"method": "POST"}, {"status": 206}, {"status": 404}, {"authorized": True}, {"most_s": 0}],
    ids=str,
)
def test_what_is_never_kept_whatever_the_server_says(how: dict[str, object]) -> None:
    assert kept(("Cache-Control", "public, max-age=300"), **how) == 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["Cache-Control", "Expires", "Date", "Age", "Vary", "Pragma", "Set-Cookie", "X"]
            ),
            st.text(max_size=40)
            | st.sampled_from(["max-age=60", "no-store", "private", "s-maxage=9", "0", DATE[1]]),
        ),
        max_size=6,
    )
)
def test_any_headers_at_all(headers: list[tuple[str, str]]) -> None:
    """Invariant: a whole number of seconds within the limit, and 0 where anything forbids it."""
    seconds = kept(*headers)
    assert 0 <= seconds <= DAY
    said = " ".join(value for name, value in headers if name == "Cache-Control").lower()
    if "no-store" in said or "private" in said or not headers:
        assert seconds == 0
