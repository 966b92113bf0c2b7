"""What a compensation fund would pay for a case: the app that has the fund says it, and complaints know no fund."""

from collections.abc import Callable
from dataclasses import dataclass

from credit.complaints.machine.words import CaseState
from credit.complaints.models import CaseFile


@dataclass(frozen=True, slots=True)
class FundCover:
    """Whether the merchant is in the scheme for a case, and the most that the fund pays for it now."""

    in_scheme: bool
    cap_fen: int


CoverQuery = Callable[[CaseFile], FundCover]
NO_COVER = FundCover(in_scheme=False, cap_fen=0)
# The states from which the table asks, those included that the clocks may leave in the same run.
_ASKING = frozenset(
    {
        CaseState.DECIDED,
        CaseState.UNDER_REVIEW,
        CaseState.DECIDED_FINAL,
        CaseState.REMEDY_DUE,
        CaseState.ADVANCE_PAYMENT,
    }
)
_queries: list[CoverQuery] = []


def register_cover_query(query: CoverQuery) -> None:
    """The one app with a fund says here what it would pay; the same again changes nothing."""
    if query not in _queries:
        _queries.append(query)


def cover_of(case: CaseFile) -> FundCover:
    """What the fund would pay, as of now; nothing where no app has one, or the case is not near it."""
    if not _queries or case.state not in _ASKING:
        return NO_COVER
    return _queries[0](case)
