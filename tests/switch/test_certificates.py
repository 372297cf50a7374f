"""The certificate of SIP over TLS."""

import ssl
from pathlib import Path

import pytest

from ringfence.kernel.errors import Refused
from ringfence.switch.certificates import server_context


@pytest.mark.parametrize("name", ["pbx.example.com", "192.0.2.1"])
def test_one_is_made_kept_and_readable_by_its_owner_alone(tmp_path: Path, name: str) -> None:
    context = server_context(tmp_path, None, None, name=name)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    key = tmp_path / "keys" / "sip-tls.key"
    assert key.stat().st_mode & 0o777 == 0o600
    before = key.read_bytes()
    server_context(tmp_path, None, None, name=name)
    assert key.read_bytes() == before


def test_files_that_do_not_fit_are_refused_in_words(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("not PEM")
    for certificate in (broken, tmp_path / "missing.pem"):
        with pytest.raises(Refused, match="bad_certificate"):
            server_context(tmp_path, certificate, broken, name="x")
