"""Where numbers are from, as an archive."""

import zipfile

DESCRIBED = {
    "1202": {"en": "Washington D.C."},
    "1202555": {"en": "Washington D.C."},
    "1415": {"en": "California"},
    "1415555": {"en": "San Francisco, CA", "de": "San Francisco"},
    "861300000": {"en": "Jinan, Shandong"},
    "4930": {"de": "Berlin", "en": "Berlin"},
    "4940": {"de": "Hamburg"},
}


def test_a_prefix_stands_once_and_what_a_shorter_one_says_is_left_out(script, tmp_path):
    make = script("make_places")
    found = make.tables(DESCRIBED, [1, 49, 86])
    assert found == {
        "1": {"Washington D.C.": ["202"], "California": ["415"], "San Francisco, CA": ["415555"]},
        "49": {"Berlin": ["30"]},
    }
    countries = make.names({"GB": {"en": "*xx", "xx": "United Kingdom"}, "ZZ": {"de": "Nirgends"}})
    assert countries == {"GB": "United Kingdom"}
    for name in ("a.zip", "b.zip"):
        make.write(tmp_path / name, found, countries)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.read("49") == b"Berlin\t30\n"
        assert archive.read("countries") == b"GB\tUnited Kingdom\n"
