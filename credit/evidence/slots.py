"""Places of files, so that a database can count them."""

from credit.evidence.errors import TooMuchEvidence
from credit.evidence.limits import MOST_FILES
from credit.evidence.values import FileKind


def first_free_slot(kind: FileKind, taken: list[int | None]) -> int:
    """The lowest that is not taken, where fewer files than allowed are there. Raises TooMuchEvidence."""
    free = [slot for slot in range(1, MOST_FILES[kind] + 1) if slot not in taken]
    if not free or len(taken) >= MOST_FILES[kind]:
        raise TooMuchEvidence
    return free[0]
