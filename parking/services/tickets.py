"""Tickets of cars without a plate."""

from datetime import timedelta

from django.db import transaction

from district.kernel import clock
from district.kernel.database.postgres import translate_database_errors
from district.members.models import Member
from parking import procedures
from parking.errors import TicketTaken
from parking.models import ParkingTicket
from parking.queries.stays import ticket_hash

# A phone that reads the code of a lane twice meant one car, though the lane has shown the next code by then.
SAME_SCAN = timedelta(seconds=10)


@transaction.atomic
def bind_ticket(*, member: Member, ticket: str) -> ParkingTicket:
    """The car that has this ticket is the member's. Scanned again, also seconds later another one: the same answer.

    Raises TicketTaken.
    """
    procedures.lock_member(member.pk)
    at, found_by = clock.now(), ticket_hash(ticket)
    own = ParkingTicket.objects.filter(member=member)
    known = own.filter(ticket_hash=found_by).first()
    known = known or own.filter(bound_at__gt=at - SAME_SCAN, bound_at__lte=at).first()
    if known is not None:
        return known
    if ParkingTicket.objects.filter(ticket_hash=found_by).exists():
        raise TicketTaken
    with translate_database_errors():
        return ParkingTicket.objects.create(member=member, ticket_hash=found_by, bound_at=at)
