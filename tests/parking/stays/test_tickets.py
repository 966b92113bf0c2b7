"""A car without a plate is the member's who scans the code of its lane."""

from datetime import timedelta

import pytest

from district.kernel import clock
from parking import errors
from parking import services as parking
from parking.models import ParkingTicket
from parking.queries.stays import stays_of
from tests.factories.members import make_member
from tests.factories.stays import gate_row, make_gated_car_park, pass_gate
from tests.race import race

TICKET, OTHER = "q7Jm2xWq9LwJc5Rz", "Zz0123456789abcd"


def test_its_stay_is_the_members_whichever_came_first(db):
    member, car_park = make_member(), make_gated_car_park()
    parking.bind_ticket(member=member, ticket=TICKET)
    pass_gate(car_park, gate_row(car_park, "entry", clock.now(), ticket=TICKET))

    assert stays_of(member).get().colour == ""
    assert not stays_of(make_member()).exists()


@pytest.mark.parametrize(("seconds", "ticket"), [(0, TICKET), (30, TICKET), (9, OTHER)])
def test_a_second_scan_is_answered_like_the_first(db, seconds, ticket):
    member = make_member()
    first = parking.bind_ticket(member=member, ticket=TICKET)

    with clock.travel_to(first.bound_at + timedelta(seconds=seconds)):
        assert parking.bind_ticket(member=member, ticket=ticket) == first


def test_a_later_scan_of_another_lane_is_another_car(db):
    member = make_member()
    first = parking.bind_ticket(member=member, ticket=TICKET)

    with clock.travel_to(first.bound_at + timedelta(seconds=10)):
        assert parking.bind_ticket(member=member, ticket=OTHER) != first


def test_a_ticket_has_one_holder(db):
    parking.bind_ticket(member=make_member(), ticket=TICKET)

    with pytest.raises(errors.TicketTaken):
        parking.bind_ticket(member=make_member(), ticket=TICKET)


def test_of_many_who_scan_at_once_one_holds_it(real_db):
    people = [make_member(f"会员{number}") for number in range(4)]

    answers = race(
        *(
            lambda person=person: parking.bind_ticket(member=person, ticket=TICKET)
            for person in people
        )
    )

    assert ParkingTicket.objects.count() == 1
    assert sum(isinstance(answer, errors.TicketTaken) for answer in answers) == 3
