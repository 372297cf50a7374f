"""Checks archives, proofs and receipts of an audit log offline; needs nothing but Python 3:
    python3 verify.py KEY manifest.txt         the files beside it are the archive, unchanged
    python3 verify.py KEY FILE...              a .tlog-proof: in the log; a receipt, a head: signed
    python3 verify.py KEY OLD NEW PROOF        checkpoint OLD is the beginning of checkpoint NEW
KEY: the log's verifier key, name+id+base64, best from somebody else than the files. Formats: C2SP
tlog-proof, checkpoint, signed-note; RFC 9162 proofs, RFC 8032 signatures. 1 where false."""

# fmt: off
import sys
from base64 import b64decode
from hashlib import sha256, sha512
from pathlib import Path

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, BASE = -121665 * pow(121666, -1, P) % P, b"\x58" + b"\x66" * 31
def need(true, why): true or sys.exit(f"FALSE: {why}")
def point(data):  # RFC 8032 5.1.3
    sign, y = divmod(int.from_bytes(data, "little"), 2**255)
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    x = x if x * x % P == x2 else x * pow(2, (P - 1) // 4, P) % P
    need(x * x % P == x2 and y < P, "that is no point of the curve")
    return (P - x if x & 1 != sign else x), y
def add(a, b):
    m = D * a[0] * b[0] * a[1] * b[1] % P
    x, y = a[0] * b[1] + b[0] * a[1], a[1] * b[1] + a[0] * b[0]
    return x * pow(1 + m, -1, P) % P, y * pow(1 - m, -1, P) % P
def times(n, a):
    return (0, 1) if n == 0 else add(times(n - 1, a), a) if n & 1 else times(n // 2, add(a, a))
def signed(note, key):
    (name, _, public), (text, _, lines) = key.split("+", 2), note.partition("\n\n")
    public, ours = b64decode(public)[1:], f"— {name} "
    signatures = [b64decode(s[len(ours) :]) for s in lines.split("\n") if s.startswith(ours)]
    need(signatures, "it is not signed by that key")
    for r, s in [(line[4:36], int.from_bytes(line[36:], "little")) for line in signatures]:
        h = int.from_bytes(sha512(r + public + text.encode() + b"\n").digest(), "little") % L
        need(s < L and times(s, point(BASE)) == add(point(r), times(h, point(public))), "signature")
    return text.split("\n")
def checkpoint(note, key):
    return int(signed(note, key)[1]), b64decode(note.split("\n")[2])
def archive(note, key, folder):
    says = {name: digest for digest, _, name in (s.partition("  ") for s in signed(note, key)[1:])}
    there = {p.relative_to(folder).as_posix(): sha256(p.read_bytes()).hexdigest()
             for p in folder.rglob("*") if not p.is_dir()}
    wrong = {name for name, _ in says.items() ^ there.items()} - {"manifest.txt"}
    need(not wrong, f"missing, added or changed: {', '.join(sorted(wrong))}")
    return f"the {len(says)} files are those of the archive, unchanged"
def climb(n, last, path, old, new):  # RFC 9162 2.1.3.2 and 2.1.4.2
    for step in path:
        need(last > 0, "the proof is too long")
        if n & 1 or n == last:
            old, new = sha256(b"\1" + step + old).digest(), sha256(b"\1" + step + new).digest()
            while n and not n & 1:
                n, last = n >> 1, last >> 1
        else:
            new = sha256(b"\1" + new + step).digest()
        n, last = n >> 1, last >> 1
    return need(last == 0, "the proof is too short") or (old, new)
def prove(text, key):
    head, (size, root) = text.split("\n\n")[0].split(), checkpoint(text.split("\n\n", 1)[1], key)
    extra, n, path = b64decode(head[2]), int(head[4]), map(b64decode, head[5:])
    record, _, page = extra[32:].partition(b"\0")  # a page: commitments of several, ours among them
    own = sha256(sha256(extra[:32] + n.to_bytes(8, "big")).digest() + record).digest()
    on = own in {page[i : i + 32] for i in range(0, len(page), 32)}
    leaf = sha256(b"\0" + (sha256(b"\2" + page).digest() if on else own)).digest()
    need(n < size and climb(n, size - 1, path, leaf, leaf)[1] == root, "the record is another")
    return f"leaf {n} of {size}: {record.decode()}".replace("\n", " ")
def extends(old, new, proof, key):
    (m, was), (size, root), path = checkpoint(old, key), checkpoint(new, key), proof.split()
    need(0 < m <= size, "the log has become shorter")
    first, *path = ([was] if m in {m & -m, size} else []) + list(map(b64decode, path))
    shift = size.bit_length() if m == size else (m & -m).bit_length() - 1  # whole subtrees of both
    need(climb((m - 1) >> shift, (size - 1) >> shift, path, first, first) == (was, root), "the log")
    return f"the log of {size} leaves begins with the {m} of before"
if __name__ == "__main__":
    sys.excepthook = lambda _, error, __: sys.stderr.write(f"FALSE: unreadable: {error}\n")
    *F, KEY = *(Path(f).read_text("utf-8") for f in sys.argv[2:] or sys.exit(__doc__)), sys.argv[1]
    print(*[archive(F[0], KEY, Path(sys.argv[2]).parent)] if F[0][:8] == "archive\n" else
          [extends(*F, KEY)] if len(F) == 3 and F[0][:4] != "c2sp" else [prove(f, KEY) if
          f[:4] == "c2sp" else f"signed: {signed(f, KEY)[0]}" for f in F], sep="\n")
