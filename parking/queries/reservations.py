"""Reservations of members, and what their past says."""

from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from district.kernel.errors import NotFound
from district.members.models import Member
from parking.errors import ReservationNotOpen
from parking.models import Arrears, NoShowContest, Reservation, ReservationPolicy
from parking.queries.arrears import in_the_way, paid_late_or_not
from parking.reservations.record import LOOKED_BACK, ParkingRecord, PastReservations, record_of
from parking.reservations.windows import WindowTerms

State = Reservation.State


def reservations() -> QuerySet[Reservation]:
    """With all that is shown of them."""
    return Reservation.objects.select_related(
        "pool__car_park", "bay", "vehicle__member__key", "order", "contest", "stay"
    )


def reservations_of(member: Member) -> QuerySet[Reservation]:
    return reservations().filter(member=member)


def reservation_of(member: Member, public_id: str) -> Reservation:
    """A member's own one. Raises NotFound, also for somebody else's."""
    found = reservations_of(member).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def window_terms(policy: ReservationPolicy) -> WindowTerms:
    return WindowTerms(
        early=timedelta(minutes=policy.early_minutes),
        late=timedelta(minutes=policy.late_minutes),
        free_cancel=timedelta(minutes=policy.free_cancel_minutes),
        longest=timedelta(minutes=policy.longest_minutes),
        ahead=timedelta(days=policy.days_ahead),
    )


def shopper_record(member: Member, at: datetime) -> ParkingRecord:
    """What the last half year says of a member, see `parking.reservations.record`."""
    recent = Reservation.objects.filter(member=member, ended_at__gt=at - LOOKED_BACK)
    counted = ~Q(contest__state=NoShowContest.State.ACCEPTED)
    found = recent.aggregate(
        completed=Count("pk", filter=Q(state=State.COMPLETED)),
        no_shows=Count("pk", filter=Q(state=State.NO_SHOW) & counted),
        unpaid_holds=Count("pk", filter=Q(state=State.EXPIRED, deposit_fen__gt=0)),
    )
    owed = Arrears.objects.filter(member=member).aggregate(
        paid_late=Count("pk", filter=paid_late_or_not(at - LOOKED_BACK, at)),
        unpaid_arrears=Count("pk", filter=in_the_way(at)),
    )
    return record_of(PastReservations(**found, **owed))


def not_open(reservation: Reservation) -> ReservationNotOpen:
    """The refusal that names the state a reservation is in."""
    return ReservationNotOpen(
        state=reservation.state, state_name=str(reservation.get_state_display())
    )
