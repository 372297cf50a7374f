"""Shapes of settings, promises and roles."""

import msgspec

from ringfence.api.views_about import Promise, Role, Setting


def test_they_are_written_as_json():
    for shape in (
        Setting(name="http", value="", source="default", default="", form="TEXT", doc="x"),
        Promise(id="TEL-01", section="x", companies=[], states="x", state="kept"),
        Role(name="owner", purposes=[]),
    ):
        assert msgspec.json.decode(msgspec.json.encode(shape), type=type(shape)) == shape
