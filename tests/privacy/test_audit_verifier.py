"""The verifier that goes with every archive: right is right, and nothing else is."""

import base64
import hashlib
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.privacy import audit_verifier as verifier
from ringfence.privacy.audit import Log, Prover, commitment
from ringfence.privacy.checkpoint import Checkpoint, Signer

SIGNER = Signer("ringfence/test", bytes(range(32)))
KEY = SIGNER.verifier_key()
SCRIPT = Path(verifier.__file__)


@pytest.fixture(scope="module", autouse=True)
def signatures_once():
    """A signature in Python takes 50 ms: each note is checked once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verifier, "checkpoint", lru_cache(verifier.checkpoint))
        yield


class Kept(dict):
    """A log of ``size`` leaves with its tiles, and what it says of itself."""

    def __init__(self, size, changed=None):
        super().__init__()
        log = Log()
        for n in range(size):
            log.append(commitment(salt(n), n, record(n if n != changed else -n)))
        for tile in log.take_tiles():
            self[tile.level, tile.number] = tile.data
        self.size, self.prover = size, Prover(lambda level, number: self[level, number])
        self.note = SIGNER.sign(Checkpoint(SIGNER.name, size, log.root()))

    def proof(self, n, **changes):
        known = {"salt": salt(n), "record": record(n), "index": n} | changes
        return "\n".join([
            "c2sp.org/tlog-proof@v1",
            f"extra {base64.b64encode(known['salt'] + known['record']).decode()}",
            f"index {known['index']}",
            *(base64.b64encode(step).decode() for step in self.prover.inclusion(n, self.size)),
            "",
            self.note,
        ])  # fmt: skip

    def since(self, old):
        steps = self.prover.consistency(old, self.size)
        return "".join(base64.b64encode(step).decode() + "\n" for step in steps)


def salt(n):
    return hashlib.sha256(b"salt %d" % n).digest()


def record(n):
    return b"opened\n%d\nPA1\n{}" % n


def test_it_is_short_and_needs_nothing():
    source = SCRIPT.read_text("utf-8")
    assert len(source.splitlines()) <= 80
    imported = {
        line.split()[1] for line in source.splitlines() if line.startswith(("import ", "from "))
    }
    assert imported <= set(sys.stdlib_module_names)
    assert "assert " not in source, "python -O would leave it out"


def test_it_runs_alone_far_from_the_program(tmp_path):
    log = Kept(5)
    (tmp_path / "verify.py").write_bytes(SCRIPT.read_bytes())
    (tmp_path / "a.tlog-proof").write_text(log.proof(3), "utf-8")
    (tmp_path / "b.tlog-proof").write_text(log.proof(3, record=record(4)), "utf-8")

    def run(*files):
        return subprocess.run(
            [sys.executable, "-I", "verify.py", KEY, *files],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip

    good = run("a.tlog-proof")
    assert (good.returncode, good.stdout) == (0, "leaf 3 of 5: opened 3 PA1 {}\n")
    bad = run("a.tlog-proof", "b.tlog-proof")
    assert bad.returncode == 1
    assert "FALSE: the record" in bad.stderr
    for name, text in (("old", Kept(3).note), ("new", log.note), ("proof", log.since(3))):
        (tmp_path / name).write_text(text, "utf-8")
    assert "begins with the 3" in run("old", "new", "proof").stdout
    (tmp_path / "receipt").write_text(
        SIGNER.sign_text("ringfence erasure receipt v1\nx\n"), "utf-8"
    )
    receipt = run("receipt", "new")
    assert (receipt.returncode, receipt.stdout.splitlines()[0]) == (
        0, "signed: ringfence erasure receipt v1"
    )  # fmt: skip
    forged = (tmp_path / "receipt").read_text("utf-8").replace("\nx\n", "\ny\n")
    (tmp_path / "receipt").write_text(forged, "utf-8")
    assert (run("receipt").returncode, run("receipt").stderr) == (1, "FALSE: signature\n")
    (tmp_path / "cut").write_text(log.proof(3)[:-70], "utf-8")
    for unreadable in ("cut", "nosuch"):  # what was damaged is named as untrue, not as our mistake
        found = run(unreadable)
        assert (found.returncode, found.stderr[:7]) == (1, "FALSE: ")
        assert "Traceback" not in found.stderr
    alone = run()
    assert alone.returncode == 1
    assert "python3 verify.py KEY manifest.txt" in alone.stderr


@settings(max_examples=8, deadline=None)
@given(st.sampled_from([1, 2, 3, 5, 8, 37, 256, 300]), st.data())
def test_every_leaf_is_proved_and_no_other_record(size, data):
    """Invariant: a proof holds for its own leaf, record, salt and place, and for nothing else."""
    log = Kept(size)
    n = data.draw(st.integers(0, size - 1))
    assert verifier.prove(log.proof(n), KEY).startswith(f"leaf {n} of {size}")
    for change in (
        {"record": record(n) + b" "}, {"salt": salt(n + 1)}, {"index": n + 1}, {"index": size},
    ):  # fmt: skip
        with pytest.raises(SystemExit):
            verifier.prove(log.proof(n, **change), KEY)


@settings(max_examples=8, deadline=None)
@given(st.sampled_from([1, 2, 3, 5, 8, 37, 256, 300]), st.data())
def test_dropping_or_changing_any_leaf_is_noticed(size, data):
    """Invariant: a log that does not begin with the old one cannot be shown to."""
    log = Kept(size)
    m = data.draw(st.integers(1, size))
    old = Kept(m)
    assert "begins with" in verifier.extends(old.note, log.note, log.since(m), KEY)
    changed = data.draw(st.integers(1, m))
    other = Kept(size, changed=changed) if changed < m else None
    if other is not None:
        with pytest.raises(SystemExit):
            verifier.extends(old.note, other.note, other.since(m), KEY)
    if m < size:
        with pytest.raises(SystemExit):
            verifier.extends(log.note, old.note, "", KEY)


@pytest.mark.parametrize("at", [0, 20, 60, 100, 140])
def test_a_changed_checkpoint_or_signature_is_noticed(at):
    proof = Kept(4).proof(2)
    start = proof.index("\n\n") + 2
    place = start + at
    for replacement in "AB":
        spoilt = proof[:place] + replacement + proof[place + 1 :]
        if spoilt != proof:
            break
    with pytest.raises((SystemExit, ValueError)):
        verifier.prove(spoilt, KEY)


def test_another_key_is_not_believed():
    other = Signer("ringfence/test", bytes(32)).verifier_key()
    with pytest.raises(SystemExit):
        verifier.prove(Kept(4).proof(2), other)
    with pytest.raises(SystemExit):
        verifier.prove(Kept(4).proof(2), KEY.replace("test", "else"))


def test_known_signatures():
    """RFC 8032 7.1, tests 1 and 3, by the name of a log."""
    for seed in (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    ):
        signer = Signer("x", bytes.fromhex(seed))
        note = signer.sign(Checkpoint("x", 0, bytes(32)))
        assert verifier.checkpoint(note, signer.verifier_key()) == (0, bytes(32))
