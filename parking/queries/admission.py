"""Whether a car at a gate may come in: advice for a gate that is online, never an order."""

from dataclasses import dataclass
from datetime import datetime

from parking.models import CarPark, Pool, Reservation, Stay
from parking.queries.availability import admits_walk_in
from parking.queries.vehicles import number_hash
from parking.reservations.admission import Admission, AdmissionReason


@dataclass(frozen=True)
class AdmissionAdvice:
    decision: Admission
    reason: AdmissionReason
    # The plate's next one in this car park, also where it has not begun to be let in.
    reservation: Reservation | None


def admission_of(car_park: CarPark, *, number: str, colour: str, at: datetime) -> AdmissionAdvice:
    """What the car park's reservations and counts say of a plate now. A count that is not known keeps nobody out."""
    found_by = number_hash(number, colour)
    rows = Reservation.objects.select_related("bay").filter(
        pool__car_park=car_park,
        vehicle__plate_hash=found_by,
        vehicle__colour=colour,
        state=Reservation.State.CONFIRMED,
        late_until__gt=at,
    )
    reservation = rows.order_by("starts_at").first()
    if reservation is not None and reservation.admitted_from <= at:
        return AdmissionAdvice(Admission.RESERVED, AdmissionReason.IN_TIME, reservation)
    inside = Stay.objects.filter(
        car_park=car_park, plate_hash=found_by, colour=colour, state=Stay.State.OPEN
    )
    if inside.exists():
        return AdmissionAdvice(Admission.WALK_IN, AdmissionReason.INSIDE_ALREADY, reservation)
    answers = {
        admits_walk_in(pool, at)
        for pool in Pool.objects.filter(car_park=car_park, capacity__gt=0).order_by("pk")
    }
    if True in answers:
        return AdmissionAdvice(Admission.WALK_IN, AdmissionReason.PLACES_FREE, reservation)
    if None in answers or not answers:
        return AdmissionAdvice(Admission.WALK_IN, AdmissionReason.COUNT_UNKNOWN, reservation)
    return AdmissionAdvice(Admission.FULL, AdmissionReason.NO_PLACE, reservation)
