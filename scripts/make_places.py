"""Writes ``ringfence/numbers/places.zip``: where numbers are from, by the first of their digits.

``python scripts/make_places.py WHEEL`` reads the descriptions in English of libphonenumber's
geocoder from a wheel of ``phonenumbers`` (https://pypi.org/project/phonenumbers/, Apache-2.0). The
package itself reads them into 180 MB of memory; one member of the archive is one calling code, and
only those of the stock are ever read::

    Berlin\\t30
    California\\t209 213 ...

``countries`` has ``GB\\tUnited Kingdom``.
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "src/ringfence/numbers/places.zip"
CREDIT = b"From libphonenumber's geocoding data, by way of phonenumbers (Apache-2.0)."
LANGUAGE = "en"
_DAY = (2020, 1, 1, 0, 0, 0)
_CHINESE_MOBILE = "861"
"""Mobile numbers move: where one was first issued says nothing of where it is."""


def tables(
    described: Mapping[str, Mapping[str, str]], codes: Iterable[int]
) -> dict[str, dict[str, list[str]]]:
    """Return prefixes by description by calling code; what a shorter one says too is left out."""
    known = {str(code) for code in codes}
    words = {
        prefix: names[LANGUAGE]
        for prefix, names in described.items()
        if LANGUAGE in names and not prefix.startswith(_CHINESE_MOBILE)
    }
    found: dict[str, dict[str, list[str]]] = {}
    for prefix, text in sorted(words.items()):
        shorter = (words.get(prefix[:length]) for length in range(len(prefix) - 1, 0, -1))
        if next((one for one in shorter if one is not None), None) == text:
            continue
        code = next((prefix[:n] for n in (1, 2, 3) if prefix[:n] in known), None)
        if code is not None:
            found.setdefault(code, {}).setdefault(text, []).append(prefix[len(code) :])
    return found


def names(locale: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return the names of countries; ``*aa`` stands for the name in another language."""
    found = {}
    for country, by_language in locale.items():
        text = by_language.get(LANGUAGE, "")
        if text.startswith("*"):
            text = by_language.get(text[1:], "")
        if text:
            found[country] = text
    return found


def write(
    target: Path, places: Mapping[str, Mapping[str, list[str]]], countries: Mapping[str, str]
) -> None:
    """Write the archive, the same bytes for the same words."""
    members = {
        code: "".join(f"{text}\t{' '.join(prefixes)}\n" for text, prefixes in table.items())
        for code, table in places.items()
    }
    members["countries"] = "".join(f"{code}\t{name}\n" for code, name in sorted(countries.items()))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as archive:
        archive.comment = CREDIT
        for name, text in sorted(members.items()):
            archive.writestr(zipfile.ZipInfo(name, _DAY), text, zipfile.ZIP_LZMA)


def main(wheel: str) -> None:
    """Read the wheel, write the archive."""
    sys.path.insert(0, wheel)
    described = import_module("phonenumbers.geodata").GEOCODE_DATA
    locale = import_module("phonenumbers.geodata.locale").LOCALE_DATA
    codes = import_module("phonenumbers").COUNTRY_CODE_TO_REGION_CODE
    write(TARGET, tables(described, codes), names(locale))


if __name__ == "__main__":
    main(sys.argv[1])
