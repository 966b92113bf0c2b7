"""A no-show that was none."""

from datetime import timedelta

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.errors import ProposalDecided
from district.members.models import User
from parking.errors import ContestTooLate
from parking.models import NoShowContest, Reservation
from parking.queries.reservations import not_open
from parking.services.deposits import return_deposit

CONTESTED_WITHIN_DAYS = 7


@transaction.atomic
def contest_no_show(*, reservation: Reservation, statement: str) -> NoShowContest:
    """The member says within a week that the car was there; said again, the first statement stands.

    Raises ContestTooLate, ReservationNotOpen.
    """
    row = Reservation.objects.select_for_update(no_key=True).get(pk=reservation.pk)
    if row.state != Reservation.State.NO_SHOW or row.ended_at is None:
        raise not_open(row)
    at = clock.now()
    existing = NoShowContest.objects.filter(reservation=row).first()
    if existing is not None:
        return existing
    if at > row.ended_at + timedelta(days=CONTESTED_WITHIN_DAYS):
        raise ContestTooLate(days=CONTESTED_WITHIN_DAYS)
    return NoShowContest.objects.create(reservation=row, statement=statement, opened_at=at)


@transaction.atomic
def decide_contest(
    *, contest: NoShowContest, accept: bool, note: str = "", by: User
) -> NoShowContest:
    """The no-show counts no more and its deposit goes back, or it stands. Raises ProposalDecided."""
    row = (
        NoShowContest.objects.select_for_update(no_key=True, of=("self",))
        .select_related("reservation__order")
        .get(pk=contest.pk)
    )
    if row.state != NoShowContest.State.OPEN:
        raise ProposalDecided
    row.state = NoShowContest.State.ACCEPTED if accept else NoShowContest.State.REJECTED
    row.decided_at, row.decided_by, row.note = clock.now(), by, note
    row.save(update_fields=["state", "decided_at", "decided_by", "note"])
    if accept:
        return_deposit(reservation=row.reservation, reason="未到场申诉成立，退回定金")
    audit.record(
        by=by,
        verb="decide_no_show_contest",
        subject=f"parking.reservation:{row.reservation_id}",
        accept=accept,
    )
    return row
