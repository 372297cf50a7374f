"""SIP over TLS: a request over a real TLS connection is answered on it."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest
from platform_run import Platform, free_port


def test_it_listens_where_it_is_told_and_nowhere_else(tmp_path: Path) -> None:
    port = free_port()
    with Platform(tmp_path / "data", "--sip-tls", f"127.0.0.3:{port}") as platform:
        assert platform.sip.startswith("127.0.0.1:")
        socket.create_connection(("127.0.0.3", port), 10).close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 10)


def test_a_request_over_tls_is_answered_and_the_key_is_private(tmp_path: Path) -> None:
    port = free_port()
    with Platform(tmp_path / "data", "--sip-tls", f"127.0.0.1:{port}"):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.load_verify_locations(tmp_path / "data" / "keys" / "sip-tls.crt")
        with (
            socket.create_connection(("127.0.0.1", port), 10) as raw,
            context.wrap_socket(raw) as wire,
        ):
            here = f"127.0.0.1:{raw.getsockname()[1] if raw.fileno() >= 0 else 5061}"
            wire.sendall(
                (
                    "OPTIONS sip:welcome@127.0.0.1 SIP/2.0\r\n"
                    f"Via: SIP/2.0/TLS {here};branch=z9hG4bKtls\r\n"
                    "From: <sip:alice@127.0.0.1>;tag=1\r\nTo: <sip:welcome@127.0.0.1>\r\n"
                    "Call-ID: tls\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n"
                    "Content-Length: 0\r\n\r\n"
                ).encode()
            )
            wire.settimeout(30)
            answer = wire.recv(65_535).decode()
        assert answer.startswith("SIP/2.0 200")
        key = tmp_path / "data" / "keys" / "sip-tls.key"
        assert key.stat().st_mode & 0o777 == 0o600
