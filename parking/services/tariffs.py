"""Tariffs: drafted, published from an instant on, withdrawn before they are in force."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Max

from district.kernel import audit, clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.models import Merchant
from parking.errors import (
    TariffDocumentInvalid,
    TariffNameTaken,
    TariffNotOfOperator,
    TariffStartInPast,
    TariffVersionFollows,
    TariffVersionInForce,
    TariffVersionPublished,
)
from parking.models import CarPark, Tariff, TariffVersion
from parking.queries.tariffs import draft_of_tariff
from parking.services.register_car_park import assign_to_car_park
from parking.tariff.canonical import tariff_bytes
from parking.tariff.document import TariffInvalid, read_tariff

State = TariffVersion.State


@transaction.atomic
def create_tariff(*, merchant: Merchant, name: str, by: User | None, key: Key) -> Tariff:
    """A tariff without any version yet.

    Raises KeyReused, TariffNameTaken.
    """
    if (earlier := claim_key(key)) is not None:
        return Tariff.objects.get(pk=earlier)
    # Two that take one name at once wait for each other.
    Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    if Tariff.objects.filter(merchant=merchant, name=name).exists():
        raise TariffNameTaken
    tariff = Tariff.objects.create(merchant=merchant, name=name)
    audit.record(by=by, verb="create_tariff", subject=f"parking.tariff:{tariff.pk}", name=name)
    store_result(key, tariff.pk)
    return tariff


@transaction.atomic
def assign_tariff(*, car_park: CarPark, tariff: Tariff | None, by: User | None) -> CarPark:
    """Let the car park charge by the tariff, or by none; the same again changes nothing.

    Raises CarParkClosed, TariffNotOfOperator.
    """
    return assign_to_car_park(car_park, "tariff", tariff, otherwise=TariffNotOfOperator, by=by)


@transaction.atomic
def save_tariff_draft(
    *, tariff: Tariff, document: dict[str, Any], by: User | None
) -> TariffVersion:
    """The tariff's draft with this document; a tariff without one gets one. The same again changes nothing.

    Raises TariffDocumentInvalid with every fault and its path.
    """
    try:
        rules = read_tariff(document)
    except TariffInvalid as invalid:
        raise TariffDocumentInvalid(faults=str(invalid)) from invalid
    _lock(tariff)
    draft = draft_of_tariff(tariff)
    if draft is None:
        last = tariff.versions.aggregate(last=Max("number"))["last"] or 0
        draft = TariffVersion(tariff=tariff, number=last + 1)
    elif draft.sha256 == rules.sha256:
        return draft
    draft.document, draft.sha256, draft.drafted_by = (
        tariff_bytes(rules).decode(),
        rules.sha256,
        by,
    )
    draft.save()
    _record("save_tariff_draft", draft, by, sha256=rules.sha256)
    return draft


@transaction.atomic
def publish_tariff_version(
    *, version: TariffVersion, start: datetime | None, by: User | None
) -> TariffVersion:
    """The draft holds from `start` on (None: from now); the version that held then ends there.

    Publishing again what holds from the same start changes nothing.
    Raises TariffVersionPublished, TariffStartInPast, TariffVersionFollows.
    """
    _lock(version.tariff)
    current = TariffVersion.objects.select_related("tariff").get(pk=version.pk)
    now = clock.now()
    if current.state != State.DRAFT:
        if current.state == State.PUBLISHED and start is not None and current.valid.lower == start:
            return current
        raise TariffVersionPublished
    start = start or now
    if start < now:
        raise TariffStartInPast
    published = current.tariff.versions.filter(state=State.PUBLISHED)
    if (later := published.filter(valid__startswith__gte=start).first()) is not None:
        raise TariffVersionFollows(starts=later.valid.lower.isoformat())
    for held in published.filter(valid__contains=start):
        _end(held, start)
    current.state, current.valid = State.PUBLISHED, DateTimeTZRange(start, None)
    current.published_by, current.published_at = by, now
    current.save()
    _record("publish_tariff_version", current, by, sha256=current.sha256, start=start.isoformat())
    return current


@transaction.atomic
def withdraw_tariff_version(*, version: TariffVersion, by: User | None) -> TariffVersion:
    """A published version that is not in force yet never will be; the one before goes on in its place.

    Withdrawing it again changes nothing. Raises TariffVersionInForce, also for a draft, which is simply
    written anew.
    """
    _lock(version.tariff)
    current = TariffVersion.objects.select_related("tariff").get(pk=version.pk)
    if current.state == State.WITHDRAWN:
        return current
    if current.state == State.DRAFT or current.valid.lower <= clock.now():
        raise TariffVersionInForce
    current.state, current.withdrawn_at = State.WITHDRAWN, clock.now()
    current.save(update_fields=["state", "withdrawn_at"])
    before = current.tariff.versions.filter(
        state=State.PUBLISHED, valid__endswith=current.valid.lower
    )
    for held in before:
        _end(held, current.valid.upper)
    _record("withdraw_tariff_version", current, by)
    return current


def _end(version: TariffVersion, end: datetime | None) -> None:
    version.valid = DateTimeTZRange(version.valid.lower, end)
    version.save(update_fields=["valid"])


def _lock(tariff: Tariff) -> None:
    """The versions of a tariff change one after the other."""
    Tariff.objects.select_for_update(no_key=True).get(pk=tariff.pk)


def _record(verb: str, version: TariffVersion, by: User | None, **facts: Any) -> None:
    audit.record(by=by, verb=verb, subject=f"parking.tariffversion:{version.pk}", **facts)
