"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec


class AuditHead(msgspec.Struct, frozen=True, kw_only=True):
    """The newest signed head of the audit log, and the key that checks it."""

    checkpoint: str
    size: int
    verifier_key: str


class AuditProof(msgspec.Struct, frozen=True, kw_only=True):
    """One record about a person, with the proof that it is in the log (C2SP tlog-proof)."""

    leaf: int
    at: int
    kind: str
    proof: str


class AuditReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a check of the whole log found; it is whole where ``faults`` is empty."""

    leaves: int
    heads: int
    proved: int
    erased: int
    faults: builtins.list[str]


class Proofs(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: the head and the proofs under it."""

    head: AuditHead
    proofs: builtins.list[AuditProof]
