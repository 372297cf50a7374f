"""Media streams as they are shown."""

from ringfence.api.views_streams import Stream


def test_a_stream_need_not_have_a_name() -> None:
    assert Stream(sid="MZ1", call="CA1", status="in-progress").name == ""
