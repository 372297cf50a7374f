"""Views of small documents go over the wire as they are."""

import msgspec

from ringfence.api.views_desk import Application, Hook


def test_an_application_is_json():
    made = Application(
        sid="AP1", name="Menu", hooks={"voice": Hook(url="https://example.com", method="GET")},
        created=1, changed=2,
    )  # fmt: skip
    assert msgspec.json.decode(msgspec.json.encode(made), type=Application) == made
