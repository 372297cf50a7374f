"""What the use cases of rights answer: plain values, nothing a stranger may not see."""

import msgspec

from ringfence.api import case_views


def test_views_become_json_and_back():
    status = case_views.Status(
        kind="access", state="open", received=1, due=2,
        steps=[case_views.Step(at=1, action="receive", state="received")],
    )  # fmt: skip
    assert msgspec.json.decode(msgspec.json.encode(status), type=case_views.Status) == status


def test_what_a_holder_of_a_reference_sees_names_nobody():
    fields = set(case_views.Status.__struct_fields__)
    assert not fields & {"person", "words", "facts", "sid", "contact"}


def test_a_secret_is_there_only_where_it_is_made():
    assert case_views.Approver(sid="US1", name="Ann", created=1).secret is None
