"""Re-rating: a published version was wrong; planned by one person, approved by another, then a job goes through it."""

from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Max

from district.kernel import audit, clock
from district.kernel.four_eyes import decide
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from parking.models import ReratedStay, Rerating, ReratingJob, Tariff, TariffVersion
from parking.queries.reratings import figures_of, stays_to_rerate
from parking.rerating_errors import (
    ReratingChangesNothing,
    ReratingOverlaps,
    ReratingPeriodInvalid,
    ReratingTooLarge,
    ReratingVersionInvalid,
)

# Priced while a person waits; a longer period is re-rated in parts.
MOST_RERATED_STAYS = 30_000
_AT_ONCE = 1_000
State = TariffVersion.State


@transaction.atomic
def plan_rerating(
    *,
    version: TariffVersion,
    rules_from: TariffVersion,
    start: datetime,
    end: datetime,
    reason: str,
    by: User,
    key: Key,
) -> Rerating:
    """A dry run: what it would come to if stays that entered from `start` until before `end` had been priced by
    another version's rules, a draft's or a later one's. Another person decides whether it is done.

    Raises KeyReused, ReratingChangesNothing, ReratingOverlaps, ReratingPeriodInvalid, ReratingTooLarge,
    ReratingVersionInvalid.
    """
    if (earlier := claim_key(key)) is not None:
        return Rerating.objects.get(pk=earlier)
    _require_versions(version, rules_from)
    _require_period(version, start, end)
    _require_no_correction(version, start, end)
    count = stays_to_rerate(version, start, end).count()
    if count > MOST_RERATED_STAYS:
        raise ReratingTooLarge(most=MOST_RERATED_STAYS)
    if not count:
        raise ReratingChangesNothing
    rerating = Rerating(
        version=version,
        document=rules_from.document,
        sha256=rules_from.sha256,
        entered=DateTimeTZRange(start, end),
        reason=reason,
        proposed_by=by,
        proposed_at=clock.now(),
    )
    rows = _planned_rows(rerating, rules_from)
    refunds = [row.planned_fen for row in rows if row.planned_fen]
    rerating.planned_stays = len(rows)
    rerating.planned_refunds, rerating.planned_refund_fen = len(refunds), sum(refunds)
    rerating.planned_dearer = sum(
        row.after_fen > row.before_fen
        for row in rows
        if row.before_fen is not None and row.after_fen is not None
    )
    rerating.save()
    ReratedStay.objects.bulk_create(rows, batch_size=_AT_ONCE)
    audit.record(
        by=by,
        verb="plan_rerating",
        subject=f"parking.rerating:{rerating.pk}",
        stays=len(rows),
        refund_fen=rerating.planned_refund_fen,
    )
    store_result(key, rerating.pk)
    return rerating


def approve_rerating(*, rerating: Rerating, by: User, note: str) -> Rerating:
    """Another person approves: the version is corrected for the period, and a job goes through its stays.

    Raises FourEyesNeeded, ProposalDecided, ReratingOverlaps.
    """
    return decide(
        rerating,
        approve=True,
        by=by,
        note=note,
        name="rerating",
        apply=_begin,
        applied_fields=("correction",),
    )


def reject_rerating(*, rerating: Rerating, by: User, note: str) -> Rerating:
    """Another person rejects: nothing is done. Raises FourEyesNeeded, ProposalDecided."""
    return decide(rerating, approve=False, by=by, note=note, name="rerating")


def _begin(rerating: Rerating) -> None:
    tariff = Tariff.objects.select_for_update(no_key=True).get(pk=rerating.version.tariff_id)
    start, end = rerating.entered.lower, rerating.entered.upper
    _require_no_correction(rerating.version, start, end)
    last = tariff.versions.aggregate(last=Max("number"))["last"] or 0
    rerating.correction = TariffVersion.objects.create(
        tariff=tariff,
        number=last + 1,
        state=State.CORRECTION,
        document=rerating.document,
        sha256=rerating.sha256,
        valid=rerating.entered,
        corrects=rerating.version,
        drafted_by_id=rerating.proposed_by_id,
        published_by_id=rerating.decided_by_id,
        published_at=clock.now(),
    )
    # Stays that came to be priced by the version since it was planned, such as by gate events that came late.
    later = stays_to_rerate(rerating.version, start, end).exclude(reratings__rerating=rerating)
    ReratedStay.objects.bulk_create(
        (ReratedStay(rerating=rerating, stay=stay) for stay in later), batch_size=_AT_ONCE
    )
    ReratingJob.objects.create(rerating=rerating, total=rerating.rows.count())


def _planned_rows(rerating: Rerating, rules_from: TariffVersion) -> list[ReratedStay]:
    stays = stays_to_rerate(rerating.version, rerating.entered.lower, rerating.entered.upper)
    rows = []
    for stay, figures in figures_of(stays, rerating.version, rules_from):
        row = ReratedStay(rerating=rerating, stay=stay)
        if figures is not None:
            row.before_fen, row.after_fen = figures.before_fen, figures.after_fen
            row.paid_fen, row.planned_fen = figures.paid_fen, figures.too_much_fen
        rows.append(row)
    return rows


def _require_versions(version: TariffVersion, rules_from: TariffVersion) -> None:
    """A version that priced stays, and other rules for the same tariff."""
    if (
        version.state not in {State.PUBLISHED, State.CORRECTION}
        or rules_from.tariff_id != version.tariff_id
    ):
        raise ReratingVersionInvalid
    if rules_from.sha256 == version.sha256:
        raise ReratingChangesNothing


def _require_period(version: TariffVersion, start: datetime, end: datetime) -> None:
    valid = version.valid
    until = min(valid.upper or clock.now(), clock.now())
    if not valid.lower <= start < end <= until:
        raise ReratingPeriodInvalid


def _require_no_correction(version: TariffVersion, start: datetime, end: datetime) -> None:
    if version.corrections.filter(valid__overlap=DateTimeTZRange(start, end)).exists():
        raise ReratingOverlaps
