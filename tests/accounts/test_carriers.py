"""Which of our senders go by which carrier."""

from __future__ import annotations

from ringfence.accounts.carriers import HttpGateway, SmppAccess, TextCarrier, ways

ACCESS = SmppAccess(host="smsc.example.com", port=2775, system_id="me", password="sesame")


def test_a_sender_with_a_way_of_its_own_goes_by_no_other() -> None:
    carriers = [
        TextCarrier(name="any"),
        TextCarrier(name="india", senders=("EXMPLE",), smpp=ACCESS),
        TextCarrier(name="spare", senders=("EXMPLE", "+12025550100")),
        TextCarrier(name="other"),
    ]
    assert ways(carriers, "EXMPLE") == ["india", "spare"]
    assert ways(carriers, "+12025550100") == ["spare"]
    assert ways(carriers, "+12025550101") == ["any", "other"]
    assert ways(carriers[1:3], "+12025550101") == []


def test_kinds_and_what_is_not_printed() -> None:
    gateway = HttpGateway(url="https://example.com/?key=sesame", secret="sesame", hook="sesame")
    shown = [
        TextCarrier(name="a", smpp=ACCESS),
        TextCarrier(name="b", http=gateway),
        TextCarrier(name="c"),
    ]
    assert [carrier.kind for carrier in shown] == ["smpp", "http", "loopback"]
    assert "sesame" not in repr(shown)
