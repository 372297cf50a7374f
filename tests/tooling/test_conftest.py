"""The guard of ``tests/conftest.py`` does close the doors it names."""

import asyncio
import socket
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_a_pure_test_cannot_bind() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, pytest.raises(AssertionError):
        sock.bind(("127.0.0.1", 0))


def test_a_pure_test_cannot_connect() -> None:
    with socket.socket() as sock, pytest.raises(AssertionError):
        sock.connect(("127.0.0.1", 9))


def test_a_pure_test_cannot_send() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, pytest.raises(AssertionError):
        sock.sendto(b"x", ("127.0.0.1", 9))


def test_a_pure_test_cannot_resolve() -> None:
    with pytest.raises(AssertionError):
        socket.getaddrinfo("localhost", 80)


def test_a_pure_test_cannot_sleep() -> None:
    with pytest.raises(AssertionError):
        time.sleep(0.001)


def test_an_event_loop_still_runs() -> None:
    async def nothing() -> int:
        await asyncio.sleep(0)
        return 1

    assert asyncio.run(nothing()) == 1
