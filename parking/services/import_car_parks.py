"""A published file of car parks read into the register."""

import hashlib
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key
from district.members.models import User
from district.merchants.models import Merchant
from parking.errors import SiteFileInvalid
from parking.models import CarPark, CarParkImport
from parking.register.site_records import (
    SiteFileUnreadable,
    SiteProblem,
    SiteRecord,
    SiteRow,
    read_sites,
)
from parking.services.register_car_park import CarParkDetails, edit_car_park, register_car_park
from parking.services.set_bays import set_car_park_hours, set_pool


class RecordOutcome(StrEnum):
    """What became of a record; the names are columns of CarParkImport."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@transaction.atomic
def import_car_parks(
    *, merchant: Merchant, source: str, format_name: str, content: bytes, by: User | None
) -> CarParkImport:
    """Every record of the file that can be taken, as car parks of the merchant.

    A record is known by the source and its number there: read again it changes what the file changed, and nothing
    if it is the same. One that cannot be taken leaves nothing behind and does not stop the others. A car park that
    the file no longer has stays.

    Raises SiteFileInvalid when it is no such file.
    """
    try:
        rows = list(read_sites(content, format_name))
    except SiteFileUnreadable as error:
        raise SiteFileInvalid(reason=str(error)) from None
    # Two imports of a merchant come one after the other.
    Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    outcomes, problems = Counter[str](), []
    for row in rows:
        try:
            outcomes[_take(row, merchant, source, by)] += 1
        except (SiteProblem, DomainError) as refusal:
            outcomes[RecordOutcome.REFUSED] += 1
            problems.append(_problem(row, refusal))
    counts: dict[str, Any] = {outcome.value: outcomes[outcome] for outcome in RecordOutcome}
    done = CarParkImport.objects.create(
        merchant=merchant,
        source=source,
        digest=hashlib.sha256(content).digest(),
        imported_by=by,
        imported_at=clock.now(),
        problems=problems,
        **counts,
    )
    audit.record(
        by=by,
        verb="import_car_parks",
        subject=f"parking.carparkimport:{done.pk}",
        source=source,
        **counts,
    )
    return done


def _take(row: SiteRow, merchant: Merchant, source: str, by: User | None) -> RecordOutcome:
    """Raises SiteProblem, DomainError; nothing is kept then."""
    if row.record is None:
        raise row.problem or SiteProblem("", "无法读取")
    with transaction.atomic():
        car_park = (
            CarPark.objects.select_related("venue")
            .filter(source=source, original_uid=row.record.original_uid)
            .first()
        )
        if car_park is None:
            _create(row.record, merchant, source, by)
            return RecordOutcome.CREATED
        if car_park.merchant_id != merchant.pk:
            raise SiteProblem("original_uid", "属于其他商户")
        return _update(row.record, car_park, by)


def _create(record: SiteRecord, merchant: Merchant, source: str, by: User | None) -> None:
    car_park = register_car_park(
        merchant=merchant,
        details=_details(record),
        by=by,
        key=Key.of(f"import:{source}", record.original_uid),
    )
    car_park.source, car_park.original_uid = source, record.original_uid
    car_park.save(update_fields=["source", "original_uid"])
    _set_bays(record, car_park, by)


def _update(record: SiteRecord, car_park: CarPark, by: User | None) -> RecordOutcome:
    before = _contents(car_park)
    # Which venue it belongs to is said here, not in the file.
    details = replace(_details(record), venue=car_park.venue)
    edit_car_park(car_park=car_park, details=details, by=by)
    _set_bays(record, car_park, by)
    after = _contents(CarPark.objects.get(pk=car_park.pk))
    return RecordOutcome.UNCHANGED if after == before else RecordOutcome.UPDATED


def _set_bays(record: SiteRecord, car_park: CarPark, by: User | None) -> None:
    reservable = dict(car_park.pools.values_list("bay_class", "reservable_capacity"))
    for bay_class, capacity in record.capacities.items():
        set_pool(
            car_park=car_park,
            bay_class=bay_class,
            capacity=capacity,
            # The file does not know what is reserved; fewer bays than that are refused, not cut silently.
            reservable_capacity=reservable.get(bay_class, 0),
            by=by,
        )
    if record.round_the_clock:
        set_car_park_hours(car_park=car_park, hours=(), round_the_clock=True, by=by)


def _details(record: SiteRecord) -> CarParkDetails:
    return CarParkDetails(
        name=record.name,
        address=record.address,
        latitude=_degrees(record.position.latitude),
        longitude=_degrees(record.position.longitude),
        coordinate_system=CarPark.CoordinateSystem.WGS84,
        height_limit_cm=record.height_limit_cm,
        operator_name=record.operator_name,
        fee_note=record.fee_note,
    )


def _degrees(value: float) -> Decimal:
    """To the decimals of the column, a tenth of a metre."""
    return Decimal(value).quantize(Decimal("0.000001"))


def _contents(car_park: CarPark) -> list[object]:
    """All that an import may change."""
    columns = [getattr(car_park, column.attname) for column in CarPark._meta.concrete_fields]
    return [*columns, sorted(car_park.pools.values_list("bay_class", "capacity"))]


def _problem(row: SiteRow, refusal: SiteProblem | DomainError) -> dict[str, object]:
    site_field, problem = (
        (refusal.site_field, refusal.problem)
        if isinstance(refusal, SiteProblem)
        else (refusal.code, refusal.detail or str(refusal.title))
    )
    return {
        "place": row.place,
        "uid": row.original_uid,
        "field": site_field,
        "problem": problem,
    }
