"""Which plates of members WeChat charges after they left: asked for, and asked again, for no notice says that it changed."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from district.kernel import attempts, clock
from district.members import personal
from district.members.models import WechatIdentity
from district.wechat.pay.errors import PayError
from district.wechat.pay.parking import PlateService, plate_service_of
from district.wechat.pay_account import has_pay_account, pay_client
from parking.models import Vehicle, WechatPlate
from parking.queries.vehicles import plate_of
from parking.wechat_parking.exchanges import (
    BATCH,
    COLORS,
    MAX_ATTEMPTS,
    Kind,
    note_failure,
    recorded_call,
)

State = WechatPlate.State
_ASKED_AGAIN = timedelta(hours=6)
_STATES = {
    "NORMAL": State.NORMAL,
    "PAUSE": State.PAUSED,
    "OUT_SERVICE": State.NOT_OPENED,
}
logger = logging.getLogger("district.parking")


def refresh_plates(*, limit: int = BATCH) -> int:
    """Ask about plates that are new or were asked about long ago; how many. Safe to run twice and side by side."""
    if not has_pay_account():
        return 0
    new = Vehicle.objects.filter(removed_at=None, wechat_plate=None)[:limit]
    WechatPlate.objects.bulk_create(
        [WechatPlate(vehicle=vehicle) for vehicle in new], ignore_conflicts=True
    )
    due = WechatPlate.objects.filter(vehicle__removed_at=None)
    return attempts.make_calls(due, _ask, max_attempts=MAX_ATTEMPTS, limit=limit)


def ask_plate_anew(*, vehicle: Vehicle) -> WechatPlate:
    """The member comes back from WeChat's own pages: the plate is asked about next."""
    plate, _created = WechatPlate.objects.get_or_create(vehicle=vehicle)
    with transaction.atomic():
        row = WechatPlate.objects.select_for_update(no_key=True).get(pk=plate.pk)
        row.save(update_fields=attempts.begin_anew(row))
    return row


def _ask(plate: WechatPlate) -> None:
    vehicle = Vehicle.objects.select_related("member__key").get(pk=plate.pk)
    color, number = COLORS.get(Vehicle.Colour(vehicle.colour)), plate_of(vehicle)
    openid = _openid_of(vehicle)
    if color is None or not number or not openid:
        _note(plate.pk, None)
        return
    try:
        with recorded_call(Kind.FIND, vehicle=vehicle) as answer:
            service = plate_service_of(
                pay_client(),
                appid=settings.WECHAT_APPID,
                plate_number=number,
                plate_color=color,
                openid=openid,
            )
            answer.code = service.service_state
    except PayError as error:
        with transaction.atomic():
            row = WechatPlate.objects.select_for_update(no_key=True).get(pk=plate.pk)
            row.save(update_fields=note_failure(row, error))
    else:
        _note(plate.pk, service)


@transaction.atomic
def _note(pk: int, service: PlateService | None) -> None:
    row = WechatPlate.objects.select_for_update(no_key=True).get(pk=pk)
    row.state, row.opened_at, row.asked_at = State.UNSERVED, None, clock.now()
    if service is not None:
        # What we do not know we cannot charge by.
        row.state = _STATES.get(service.service_state, State.NOT_OPENED)
        row.opened_at = service.service_open_time
    row.save(
        update_fields=[
            *("state", "opened_at", "asked_at"),
            *attempts.begin_anew(row, after=_ASKED_AGAIN),
        ]
    )


def _openid_of(vehicle: Vehicle) -> str:
    identities = WechatIdentity.objects.filter(
        member=vehicle.member_id, appid=settings.WECHAT_APPID
    )
    identity = identities.order_by("-pk").first()
    if identity is None:
        return ""
    return personal.read(vehicle.member, "openid", identity.openid_sealed) or ""
