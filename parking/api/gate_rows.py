"""The rows of a report of gate events, each read by itself. At a gate a plate is taken as it was read."""

import re
from typing import Any

from django.utils.translation import gettext as _

from parking import plates
from parking.api.row_fields import car_park_of, instant_of, plate_of, text_of
from parking.models.register import LONGEST_FLOOR_NAME, LONGEST_ZONE_NAME
from parking.models.stays import LONGEST_EVENT_ID, LONGEST_LANE
from parking.stays.values import GateDirection, ReportedGateEvent

_EVENT_ID = re.compile(rf"[\w.:-]{{1,{LONGEST_EVENT_ID}}}", re.ASCII)
# A ticket shows nothing and cannot be guessed.
TICKET = r"[0-9A-Za-z_-]{8,64}"


def gate_event_in(data: dict[str, Any]) -> ReportedGateEvent:
    """Raises ValueError with what is wrong."""
    event_id = data.get("event_id")
    if not isinstance(event_id, str) or not _EVENT_ID.fullmatch(event_id):
        raise ValueError(
            _("event_id 须是 1 至 {most} 位字母、数字或 . : _ -。").format(most=LONGEST_EVENT_ID)
        )
    car_park = car_park_of(data)
    if data.get("direction") not in list(GateDirection):
        raise ValueError(_("direction 须是 entry 或 exit。"))
    at = instant_of(data, "occurred_at")
    number, colour, kind, ticket = _car(data)
    return ReportedGateEvent(
        event_id=event_id,
        car_park=car_park,
        direction=GateDirection(data["direction"]),
        occurred_at=at,
        plate=number,
        colour=colour,
        kind=kind,
        ticket=ticket,
        lane=text_of(data, "lane", LONGEST_LANE),
        floor=text_of(data, "floor", LONGEST_FLOOR_NAME),
        zone=text_of(data, "zone", LONGEST_ZONE_NAME),
    )


def _car(data: dict[str, Any]) -> tuple[str, str, str, str]:
    """Plate, colour and kind, or the ticket of a car without a plate."""
    ticket = data.get("ticket")
    if (data.get("plate") is None) == (ticket is None):
        raise ValueError(_("plate 与 ticket 须填写其一。"))
    if ticket is not None:
        if not isinstance(ticket, str) or not re.fullmatch(TICKET, ticket):
            raise ValueError(_("ticket 须是 8 至 64 位字母、数字、_ 或 -。"))
        return "", "", "", ticket
    number, colour = plate_of(data)
    return number, colour, plates.read_plate(number).kind or "", ""
