"""The audit log as a tree of hashes: append, root, proofs; in memory only its right edge.

Hashing is RFC 6962 2.1 (SHA-256, 0x00 before a leaf, 0x01 before a node); the tree is kept in
tiles of 256 as in C2SP tlog-tiles::

    level 2 tile   |  root of 256 level 1 tiles | ...
    level 1 tile   |  root of 256 entries | root of 256 entries | ...        256 x 32 bytes
    entries        |  entry 0 | entry 1 | ... | entry 255 | entry 256 | ...

An entry is a 32-byte commitment, ``SHA-256(leaf salt | record)``, with ``leaf salt =
SHA-256(record salt | index as 8 bytes)``. The record salt comes from a key of the person
concerned: once that key is destroyed nobody can tell which entry spoke of whom, and the tree
stands unchanged. Or it stands for a page of commitments, ``SHA-256(0x02 | commitment | ...)``: each
is one person's, who is given the others as the random numbers they are without their salts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ringfence.kernel.errors import LocalError, RemoteError

HASH = 32
WIDTH = 256
_FULL = WIDTH * HASH
_HEIGHT = 8
EMPTY_ROOT = hashlib.sha256(b"").digest()

ENTRIES = -1
"""The level under which entries are stored; levels 0 and up are hashes."""

_sha256 = hashlib.sha256


def commitment(salt: bytes, index: int, record: bytes) -> bytes:
    """Return the entry that commits to ``record`` at ``index`` without revealing it."""
    leaf_salt = _sha256(salt + index.to_bytes(8, "big")).digest()
    return _sha256(leaf_salt + record).digest()


def page_members(
    index: int, people: Iterable[tuple[bytes, bytes]], before: bytes, between: bytes, after: bytes
) -> bytes:
    """Return the commitments at ``index`` of everybody on a page, joined.

    ``people``: each with their salt; the record of one is ``before WHO between WHO after``. The
    same as a `commitment` for each, without a call for each: a list of calls waits for this.
    """
    sha256, place = _sha256, index.to_bytes(8, "big")
    return b"".join([
        sha256(
            b"%b%b%b%b%b%b" % (sha256(salt + place).digest(), before, who, between, who, after)
        ).digest()
        for who, salt in people
    ])  # fmt: skip


def page_entry(members: bytes) -> bytes:
    """Return the entry that stands for several commitments (32 bytes each, joined) at once."""
    return _sha256(b"\x02" + members).digest()


def leaf_hash(entry: bytes) -> bytes:
    """RFC 6962 2.1: the hash of a leaf."""
    return _sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962 2.1: the hash of a node."""
    return _sha256(b"\x01" + left + right).digest()


def tree_root(hashes: Sequence[bytes]) -> bytes:
    """Return the Merkle Tree Hash over subtree hashes of equal size (the last may be smaller).

    Pairing from the left and carrying an odd last one upwards gives the split of RFC 6962 2.1,
    at the largest power of two below the number of leaves.
    """
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        odd = row[-1:] if len(row) & 1 else []
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)] + odd
    return row[0]


def _split(data: bytes | bytearray) -> list[bytes]:
    return [bytes(data[i : i + HASH]) for i in range(0, len(data), HASH)]


@dataclass(slots=True)
class Edge:
    """The right edge of the log: everything needed to go on appending.

    ``entries``: the entries of the last, partial bundle; ``upper[k]``: the last, partial tile of
    level k + 1.
    """

    size: int = 0
    entries: bytearray = field(default_factory=bytearray)
    upper: list[bytearray] = field(default_factory=list)

    def digest(self) -> bytes:
        """Return a hash of size and tiles: what the edge of a log that only grew once was."""
        tiles = {ENTRIES: self.entries} | dict(enumerate(self.upper, 1))
        return _digest(self.size, lambda level, _: bytes(tiles[level]))

    def copy(self) -> Edge:
        """Return an edge that may be changed apart (what a transaction rolls back to)."""
        return Edge(self.size, bytearray(self.entries), [bytearray(tile) for tile in self.upper])


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile to store: level (`ENTRIES`, 1, 2, ...), number in its level, 1 to 256 hashes."""

    level: int
    number: int
    data: bytes


class Log:
    """The appending side: entries in, tiles to store out."""

    __slots__ = ("_dirty", "_edge", "_taken")

    def __init__(self, edge: Edge | None = None) -> None:
        self._edge = edge or Edge()
        self._taken = self._edge.size
        self._dirty: dict[tuple[int, int], Tile] = {}

    @property
    def size(self) -> int:
        """How many entries the log has: the index of the next."""
        return self._edge.size

    def append(self, entry: bytes) -> int:
        """Add an entry of 32 bytes and return its index."""
        if len(entry) != HASH:
            raise LocalError("an audit entry is a commitment of 32 bytes")
        edge = self._edge
        index = edge.size
        edge.entries += entry
        edge.size = index + 1
        if len(edge.entries) == _FULL:
            bundle = bytes(edge.entries)
            self._store(ENTRIES, index // WIDTH, bundle)
            edge.entries.clear()
            self._raise(0, index // WIDTH, tree_root([leaf_hash(e) for e in _split(bundle)]))
        return index

    def _raise(self, above: int, number: int, root: bytes) -> None:
        """Put the root of full tile ``number`` into the tile ``above`` it."""
        if above == len(self._edge.upper):
            self._edge.upper.append(bytearray())
        tile = self._edge.upper[above]
        tile += root
        self._store(above + 1, number // WIDTH, bytes(tile))
        if len(tile) == _FULL:
            hashes = _split(tile)
            tile.clear()
            self._raise(above + 1, number // WIDTH, tree_root(hashes))

    def _store(self, level: int, number: int, data: bytes) -> None:
        self._dirty[level, number] = Tile(level, number, data)

    def take_tiles(self) -> list[Tile]:
        """Return the tiles that changed since the last call, the partial bundle among them."""
        edge = self._edge
        if edge.entries and edge.size != self._taken:
            self._store(ENTRIES, edge.size // WIDTH, bytes(edge.entries))
        self._taken = edge.size
        tiles = list(self._dirty.values())
        self._dirty.clear()
        return tiles

    def mark(self) -> Edge:
        """Return a copy of the edge, to `reset` to if the transaction fails."""
        return self._edge.copy()

    def reset(self, edge: Edge) -> None:
        """Go back to a `mark`."""
        self._edge = edge
        self._taken = edge.size
        self._dirty.clear()

    def root(self) -> bytes:
        """Return the Merkle Tree Hash of the whole log."""
        edge = self._edge
        hashes = [leaf_hash(entry) for entry in _split(edge.entries)]
        for tile in edge.upper:
            rest = [tree_root(hashes)] if hashes else []
            hashes = _split(tile) + rest
        return tree_root(hashes)


def edge_positions(size: int) -> list[tuple[int, int]]:
    """Return (level, number) of the partial tiles of a log, bundle first: what `Edge` needs."""
    places = [(ENTRIES, size // WIDTH)] if size % WIDTH else []
    level, tiles = 1, size // WIDTH
    while tiles:
        if tiles % WIDTH:
            places.append((level, tiles // WIDTH))
        level, tiles = level + 1, tiles // WIDTH
    return places


def digest_at(size: int, tiles: Callable[[int, int], bytes]) -> bytes:
    """Return the `Edge.digest` that a stored log had at ``size``; ``tiles``: as for `edge_from`."""

    def then(level: int, number: int) -> bytes:
        width = (size if level == ENTRIES else size >> (_HEIGHT * level)) % WIDTH
        return tiles(level, number)[: width * HASH]

    return _digest(size, then)


def _digest(size: int, tiles: Callable[[int, int], bytes]) -> bytes:
    hashed = _sha256(b"edge %d\n" % size)
    for level, number in edge_positions(size):
        hashed.update(tiles(level, number))
    return hashed.digest()


def edge_from(size: int, tiles: Callable[[int, int], bytes]) -> Edge:
    """Build the edge of a stored log; ``tiles(level, number)`` returns a stored tile.

    Raises `RemoteError` if a tile has not the width the size asks for: the log was tampered with
    or torn, and must not be appended to.
    """
    edge = Edge(size)
    for level, number in edge_positions(size):
        data = tiles(level, number)
        width = (size if level == ENTRIES else size >> (_HEIGHT * level)) % WIDTH
        if len(data) != width * HASH:
            raise RemoteError("the audit log does not fit its recorded size", hint=500)
        if level == ENTRIES:
            edge.entries = bytearray(data)
        else:
            edge.upper += [bytearray() for _ in range(level - len(edge.upper))]
            edge.upper[level - 1] = bytearray(data)
    levels, tiles_left = 0, size // WIDTH
    while tiles_left:
        levels, tiles_left = levels + 1, tiles_left // WIDTH
    edge.upper += [bytearray() for _ in range(levels - len(edge.upper))]
    return edge


class Prover:
    """Answers with proofs from stored tiles. ``tiles(level, number)``: as for `edge_from`."""

    __slots__ = ("_cache", "_tiles")

    def __init__(self, tiles: Callable[[int, int], bytes]) -> None:
        self._tiles = tiles
        self._cache: dict[tuple[int, int], list[bytes]] = {}

    def root(self, size: int) -> bytes:
        """Return the root the log had at ``size`` entries."""
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the audit path of entry ``index`` in the tree of ``size`` (RFC 6962 2.1.1)."""
        if not 0 <= index < size:
            raise LocalError("no such entry in a log of that size")
        path: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _largest_power_below(end - start)
            if index < middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the log of ``old`` entries is a prefix (RFC 6962 2.1.2)."""
        if not 0 < old <= new:
            raise LocalError("a consistency proof goes from a smaller log to a larger one")
        return self._subproof(old, 0, new, whole=True) if old < new else []

    def _subproof(self, old: int, start: int, end: int, *, whole: bool) -> list[bytes]:
        if old == end - start:
            return [] if whole else [self._range(start, end)]
        half = _largest_power_below(end - start)
        if old <= half:
            proof = self._subproof(old, start, start + half, whole=whole)
            return [*proof, self._range(start + half, end)]
        proof = self._subproof(old - half, start + half, end, whole=False)
        return [*proof, self._range(start, start + half)]

    def _range(self, start: int, end: int) -> bytes:
        """Return MTH(D[start:end]); ``start`` is a multiple of every subtree it is made of."""
        count = end - start
        if count & (count - 1):
            half = _largest_power_below(count)
            return node_hash(self._range(start, start + half), self._range(start + half, end))
        height = count.bit_length() - 1
        level, rest = divmod(height, _HEIGHT)
        first = start >> (_HEIGHT * level)
        hashes = self._tile(level, first // WIDTH)[first % WIDTH : first % WIDTH + (1 << rest)]
        if len(hashes) != 1 << rest:
            raise RemoteError("the audit log does not fit its recorded size", hint=500)
        return tree_root(hashes)

    def _tile(self, level: int, number: int) -> list[bytes]:
        found = self._cache.get((level, number))
        if found is None:
            if level:
                found = _split(self._tiles(level, number))
            else:
                found = [leaf_hash(entry) for entry in _split(self._tiles(ENTRIES, number))]
            self._cache[level, number] = found
        return found


def _largest_power_below(count: int) -> int:
    """Return the largest power of two smaller than ``count`` (at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def verify_inclusion(
    entry_hash: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """Whether ``path`` proves the leaf at ``index`` (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, value = index, size - 1, entry_hash
    for step in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            value = node_hash(step, value)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            value = node_hash(value, step)
        node, last = node >> 1, last >> 1
    return last == 0 and value == root


def verify_consistency(
    old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Whether ``proof`` shows the old log to be a prefix of the new (RFC 9162 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    steps = list(proof)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            after = node_hash(after, step)
        node, last = node >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root
