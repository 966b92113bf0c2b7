"""What keeps a pool from being overbooked and a plate from two places at once, taken away one by one."""

from datetime import timedelta

from district.kernel import clock
from parking import procedures
from parking import services as parking
from parking.models import ParkingTicket, PoolSlot, Reservation
from parking.queries.stays import ticket_hash
from tests.factories.members import make_member
from tests.factories.parking import (
    fresh_key,
    make_reservable_pool,
    make_reservation,
    make_vehicle,
    window_in,
)
from tests.factories.stays import make_stay
from tests.mutations.invariant_tests import (  # noqa: F401 - collected here
    CALLERS,
    attempt,
    test_each_protection_holds_alone,
    test_with_every_protection_the_promise_holds,
    test_without_any_protection_the_race_breaks_the_promise,
)
from tests.mutations.protections import (
    ONE_CLAIM_OF_A_KEY,
    Protection,
    drop_constraint,
    rewrite_functions,
)
from tests.race import race

SLOTS, RESERVE = "parking/sql/slots.sql", "parking/sql/reserve.sql"
ARRIVALS = "parking/sql/arrivals.sql"
MEMBER_LOCK_OF_UNDOING = (
    "perform parking_lock_member(member_id) from parking_reservation where id = p_reservation;",
    "",
)


class NoMoreThanThePlaces:
    """Of many reservations of the last place, one is made."""

    protections = (
        Protection(
            "a slot is taken only while it has a place",
            rewrite_functions(
                SLOTS,
                (
                    "where slot.id = locked.id and slot.reserved < slot.capacity;",
                    "where slot.id = locked.id;",
                ),
            ),
        ),
        Protection(
            "no slot counts more than it takes",
            drop_constraint("parking_poolslot", "slot_never_overbooked"),
        ),
    )

    def __init__(self):
        self.pool = make_reservable_pool(1)

    def holds_under_attack(self):
        window = window_in(2 + 2 * Reservation.objects.count())
        vehicles = [make_vehicle() for _ in range(CALLERS)]
        race(
            *(
                lambda vehicle=vehicle: attempt(
                    lambda: make_reservation(self.pool, vehicle, window=window)
                )
                for vehicle in vehicles
            )
        )
        return Reservation.objects.filter(starts_at=window.starts_at).count() == 1


class OnePlateOnePlace:
    """Of many overlapping reservations of one plate, one is made."""

    protections = (
        Protection(
            "reservations of a plate exclude each other",
            drop_constraint("parking_reservation", "reservation_of_a_plate_never_overlaps"),
        ),
    )

    def __init__(self):
        self.pool = make_reservable_pool(100)

    def holds_under_attack(self):
        vehicle = make_vehicle()
        race(*[lambda: attempt(lambda: make_reservation(self.pool, vehicle))] * CALLERS)
        return Reservation.objects.filter(vehicle=vehicle).count() == 1


class OneBayOneCar:
    """Of many overlapping reservations of one numbered bay, one is made."""

    protections = (
        Protection(
            "reservations of a bay exclude each other",
            drop_constraint("parking_reservation", "reservation_of_a_bay_never_overlaps"),
        ),
    )

    def __init__(self):
        self.pool = make_reservable_pool(100)

    def holds_under_attack(self):
        number = f"A-{Reservation.objects.count()}"
        (bay,) = parking.add_bays(pool=self.pool, numbers=[number], by=None)
        vehicles = [make_vehicle() for _ in range(CALLERS)]
        race(
            *(
                lambda vehicle=vehicle: attempt(
                    lambda: make_reservation(self.pool, vehicle, bay=bay)
                )
                for vehicle in vehicles
            )
        )
        return Reservation.objects.filter(bay=bay).count() == 1


class APlaceIsFreedOnce:
    """Of many who end a reservation, one gives its place back."""

    protections = (
        Protection(
            "the row is locked, and only from a state that is open",
            rewrite_functions(
                RESERVE,
                (
                    "where id = p_reservation and state = any(p_from_states) for no key update;",
                    "where id = p_reservation;",
                ),
            ),
        ),
    )

    def __init__(self):
        self.pool = make_reservable_pool(100)
        self.window = window_in(3)
        for _ in range(3):
            make_reservation(self.pool, window=self.window)

    def holds_under_attack(self):
        before = self._counted()
        made = make_reservation(self.pool, window=self.window)
        race(*[lambda: attempt(lambda: parking.cancel_reservation(reservation=made))] * CALLERS)
        return self._counted() == before

    def _counted(self):
        slots = PoolSlot.objects.filter(pool=self.pool, starts_at=self.window.starts_at)
        return slots.get().reserved


class OneReservationForOneKey:
    """Of many requests with one key, one reserves."""

    protections = (
        ONE_CLAIM_OF_A_KEY,
        Protection(
            "reservations of a plate exclude each other",
            drop_constraint("parking_reservation", "reservation_of_a_plate_never_overlaps"),
        ),
    )

    def __init__(self):
        self.pool = make_reservable_pool(100)

    def holds_under_attack(self):
        vehicle, key = make_vehicle(), fresh_key()
        race(*[lambda: attempt(lambda: make_reservation(self.pool, vehicle, key=key))] * CALLERS)
        return Reservation.objects.filter(vehicle=vehicle).count() == 1


class SoManyOpenReservations:
    """Of many reservations of a member at once, as many as the limit are made."""

    protections = (
        Protection(
            "they come one after the other",
            rewrite_functions(
                RESERVE,
                (
                    "    perform parking_lock_member(p_member);\n    if not exists",
                    "    if not exists",
                ),
            ),
        ),
    )

    def __init__(self):
        self.pool = make_reservable_pool(100)

    def holds_under_attack(self):
        member = make_member()
        vehicles = [make_vehicle(member) for _ in range(5)]
        race(
            *(
                lambda vehicle=vehicle: attempt(lambda: make_reservation(self.pool, vehicle))
                for vehicle in vehicles
            )
        )
        return Reservation.objects.filter(member=member).count() == 3


class UndoneOnce:
    """Of many who undo a no-show, because its car came in time after all, one takes the place back."""

    protections = (
        Protection(
            "of a member one is undone at a time, its row is locked, and only a no-show is",
            rewrite_functions(
                ARRIVALS,
                MEMBER_LOCK_OF_UNDOING,
                (
                    "where id = p_reservation and state = 'no_show' for no key update;",
                    "where id = p_reservation;",
                ),
            ),
        ),
    )

    def __init__(self):
        self.pool, self.stay = make_reservable_pool(100), make_stay()

    def holds_under_attack(self):
        window = window_in(3 + 3 * Reservation.objects.count())
        made = make_reservation(self.pool, window=window)
        with clock.travel_to(made.late_until):
            parking.end_due_reservations(pool=self.pool)
        race(
            *[
                lambda: procedures.undo_no_show(
                    made.pk,
                    stay=self.stay.pk,
                    arrived_at=made.starts_at,
                    at=made.late_until,
                )
            ]
            * CALLERS
        )
        slots = PoolSlot.objects.filter(pool=self.pool, starts_at__gte=made.late_until)
        return slots.filter(starts_at__lt=made.ends_at).first().reserved == 1


class UndoneWithItsPlate:
    """A no-show that is undone while its plate is removed has no place: an open reservation is of a member's plate."""

    protections = (
        Protection(
            "both are done under the member's lock",
            rewrite_functions(ARRIVALS, MEMBER_LOCK_OF_UNDOING),
        ),
    )

    def __init__(self):
        self.pool, self.stay = make_reservable_pool(100), make_stay()

    def holds_under_attack(self):
        window = window_in(3 + 3 * (Reservation.objects.count() // CALLERS))
        rows = [make_reservation(self.pool, window=window) for _ in range(CALLERS)]
        with clock.travel_to(rows[0].late_until):
            parking.end_due_reservations(pool=self.pool)
        undo = [
            lambda row=row: procedures.undo_no_show(
                row.pk, stay=self.stay.pk, arrived_at=row.starts_at, at=row.late_until
            )
            for row in rows
        ]
        remove = [
            lambda row=row: attempt(lambda: parking.remove_vehicle(vehicle=row.vehicle))
            for row in rows
        ]
        race(*(call for pair in zip(undo, remove, strict=True) for call in pair))
        return not Reservation.objects.filter(
            state="arrived", vehicle__removed_at__isnull=False
        ).exists()


class OneHolderOfATicket:
    """Of many members who scan one code at once, one has the car."""

    protections = (
        Protection(
            "a ticket is held once",
            drop_constraint("parking_parkingticket", "ticket_of_one_member"),
        ),
    )

    def __init__(self):
        self.members = [make_member() for _ in range(CALLERS)]

    def holds_under_attack(self):
        ticket = f"lane-code-{ParkingTicket.objects.count()}"
        ParkingTicket.objects.update(bound_at=clock.now() - timedelta(minutes=1))
        race(
            *(
                lambda member=member: attempt(
                    lambda: parking.bind_ticket(member=member, ticket=ticket)
                )
                for member in self.members
            )
        )
        return ParkingTicket.objects.filter(ticket_hash=ticket_hash(ticket)).count() == 1


INVARIANTS = [
    UndoneOnce,
    UndoneWithItsPlate,
    OneHolderOfATicket,
    NoMoreThanThePlaces,
    OnePlateOnePlace,
    OneBayOneCar,
    APlaceIsFreedOnce,
    OneReservationForOneKey,
    SoManyOpenReservations,
]
