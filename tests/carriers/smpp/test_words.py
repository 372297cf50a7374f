"""What a session is told."""

from __future__ import annotations

from ringfence.carriers.smpp.words import VERSION, Bind


def test_a_bind_shows_its_password_to_the_carrier_alone() -> None:
    bind = Bind(system_id="ringfence", password="sesame", system_type="vma")
    assert bind.fields()["password"] == "sesame"
    assert bind.fields()["interface_version"] == VERSION
    assert "sesame" not in repr(bind)
