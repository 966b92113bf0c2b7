"""Pure: Merkle trees as RFC 6962 builds them, and what a seal is the hash of."""

from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import sha256


def leaf_hash(line: str) -> bytes:
    return sha256(b"\x00" + line.encode()).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: Iterable[bytes]) -> tuple[int, bytes]:
    """How many leaves there are and their root, in memory that grows by their logarithm."""
    # The roots of the perfect subtrees so far, the tallest first, each with its number of leaves.
    peaks: list[tuple[int, bytes]] = []
    count = 0
    for leaf in leaves:
        count += 1
        peaks.append((1, leaf))
        while len(peaks) > 1 and peaks[-2][0] == peaks[-1][0]:
            (size, left), (_same, right) = peaks[-2:]
            peaks[-2:] = [(2 * size, node_hash(left, right))]
    if not peaks:
        return 0, sha256(b"").digest()
    root = peaks.pop()[1]
    while peaks:
        root = node_hash(peaks.pop()[1], root)
    return count, root


class MerkleTree:
    """All levels of a tree, to give proofs from."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.levels = [list(leaves)]
        while len(self.levels[-1]) > 1:
            below = self.levels[-1]
            level = [node_hash(*below[at : at + 2]) for at in range(0, len(below) - 1, 2)]
            # A node without a neighbour goes up as it is: the split at the largest power of two.
            self.levels.append(level + below[len(below) - len(below) % 2 :])

    def proof(self, index: int) -> list[bytes]:
        """The neighbours on the way from a leaf to the root, from below."""
        path = []
        for level in self.levels[:-1]:
            neighbour = index ^ 1
            if neighbour < len(level):
                path.append(level[neighbour])
            index //= 2
        return path


def seal_hash(*, day: date, horizon: int, leaves: int, root: bytes, previous: bytes) -> bytes:
    """What the next seal names, and what is published."""
    preimage = f"seal|{day.isoformat()}|{horizon}|{leaves}|{root.hex()}|{previous.hex()}"
    return sha256(preimage.encode()).digest()
