"""Languages are known before anything is loaded."""

from pathlib import Path

import pytest

from ringfence.speech.voices import data_folder, is_spoken, languages


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name, text in {
        "gmw/de": "name German\nlanguage de\n",
        "gmw/en": "language en-gb 2\n",
    }.items():
        file = tmp_path / "lang" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


def test_languages_are_read_from_the_voice_files(data: Path) -> None:
    assert languages(data) == {"de", "en", "en-gb"}


@pytest.mark.parametrize(
    ("voice", "known"),
    [
        ("de", True),
        ("DE-at", True),
        ("en_GB", True),
        ("en+f3", True),
        ("german", False),
        ("xx", False),
    ],
)
def test_a_voice_is_known_by_its_language(data: Path, voice: str, known: bool) -> None:
    assert is_spoken(voice, data) is known


def test_the_library_that_is_installed_speaks_the_default() -> None:
    folder = data_folder()
    assert folder is not None
    assert is_spoken("en", folder)
    assert not is_spoken("klingonese", folder)
