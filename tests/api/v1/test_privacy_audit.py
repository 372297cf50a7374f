"""``/v1/privacy/audit``."""

from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient

from ringfence.api import views

Headers = Callable[..., dict[str, str]]
HEAD = views.AuditHead(checkpoint="note", size=7, verifier_key="name+id+key")
PROOF = views.AuditProof(leaf=3, at=1, kind="opened", proof="c2sp.org/tlog-proof@v1\n")


def test_the_head_is_signed_on_demand(client: TestClient[Any], office: Any, basic: Headers) -> None:
    office.answers["privacy.audit.head"] = HEAD
    assert client.get("/v1/privacy/audit", headers=basic()).json()["size"] == 7


def test_proofs_are_asked_for_by_body_alone(
    client: TestClient[Any], office: Any, basic: Headers
) -> None:
    office.streams["privacy.audit.proofs"] = [HEAD, PROOF]
    body = {"address": "+12025550123"}
    answer = client.post("/v1/privacy/audit/proofs", json=body, headers=basic()).json()
    assert answer["head"]["verifier_key"] == "name+id+key"
    assert [proof["leaf"] for proof in answer["proofs"]] == [3]
    bad = client.post("/v1/privacy/audit/proofs", json={"x": 1}, headers=basic())
    assert (bad.status_code, bad.json()["code"]) == (400, "bad_argument")


def test_two_heads_are_compared(client: TestClient[Any], office: Any, basic: Headers) -> None:
    office.answers["privacy.audit.consistency"] = "AAAA\n"
    found = client.get("/v1/privacy/audit/consistency?old=3&new=7", headers=basic())
    assert found.text == "AAAA\n"
    assert office.asked[-1][1] == {"old": 3, "new": 7}
    bad = client.get("/v1/privacy/audit/consistency?old=x&new=7", headers=basic())
    assert bad.status_code == 400


def test_the_log_is_checked(client: TestClient[Any], office: Any, basic: Headers) -> None:
    office.answers["privacy.audit.verify"] = views.AuditReport(
        leaves=7, heads=1, proved=6, erased=1, faults=[]
    )
    assert client.post("/v1/privacy/audit/verify", headers=basic()).json()["faults"] == []


def test_the_log_is_given_away(client: TestClient[Any], office: Any, basic: Headers) -> None:
    office.streams["privacy.audit.archive"] = [
        views.ExportHead(filename="log.tar", media_type="application/x-tar", size=4),
        views.Chunk(data=b"leaf"),
    ]
    answer = client.get("/v1/privacy/audit/export", headers=basic())
    assert (answer.content, answer.headers["content-type"]) == (b"leaf", "application/x-tar")
    assert "log.tar" in answer.headers["content-disposition"]


def test_the_verifier_comes_along(client: TestClient[Any], basic: Headers) -> None:
    source = client.get("/v1/privacy/audit/verify.py", headers=basic()).text
    assert source.startswith('"""Checks archives, proofs and receipts of an audit log offline')
    compile(source, "verify.py", "exec")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/consistency"),
        ("POST", "/proofs"),
        ("POST", "/verify"),
        ("GET", "/verify.py"),
        ("GET", "/export"),
    ],
)
def test_strangers_learn_nothing(client: TestClient[Any], method: str, path: str) -> None:
    assert client.request(method, f"/v1/privacy/audit{path}").status_code == 401
