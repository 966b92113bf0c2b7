"""Going through the stays of approved re-ratings: one transaction each, so a worker may die at any moment."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import F

from district.kernel import audit, clock, jobs
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key
from district.members.models import User
from parking.models import ReratedStay, Rerating, ReratingJob, Stay
from parking.queries.reratings import figures_of, is_being_paid, ready_rows
from parking.rerating_errors import ReratingEnded
from parking.services.arrears import settle_arrears
from parking.services.pair_events import lock_car_parks
from parking.services.refund_fees import refund_fee
from parking.services.sweeps import sweep

Outcome = ReratedStay.Outcome
_AT_ONCE = 200


def run_reratings(*, seconds: float = jobs.SLICE_SECONDS) -> bool:
    """Work on what waits for so many seconds; whether something may be left to do."""
    return jobs.run_jobs(ReratingJob.waiting(), _steps, seconds=seconds)


def run_rerating(*, job: ReratingJob, seconds: float = jobs.SLICE_SECONDS) -> bool:
    """Go through a job's waiting stays at once for so many seconds; whether some are left.

    Safe beside itself and after a kill: a stay is answered in the transaction that gives its money back.
    """
    return jobs.run_job(job, _steps, seconds=seconds)


@transaction.atomic
def stop_rerating(*, rerating: Rerating, by: User) -> Rerating:
    """Give nothing more back; what was given stays given. Raises ReratingEnded."""
    job = jobs.stop_job(rerating.job, ReratingEnded)
    audit.record(
        by=by,
        verb="stop_rerating",
        subject=f"parking.rerating:{rerating.pk}",
        left=job.total - job.answered_rows,
    )
    return rerating


def settle_deferred_stays() -> int:
    """Stays that were still open, or being paid, when their turn came, and are not any more; how many."""
    return sweep(ready_rows(), _answer_deferred, _AT_ONCE)


@transaction.atomic
def _answer_deferred(row: ReratedStay) -> bool:
    """Whether its turn had come."""
    _answer(row.pk, Outcome.DEFERRED)
    return ReratedStay.objects.exclude(outcome=Outcome.DEFERRED).filter(pk=row.pk).exists()


def _steps(job: ReratingJob) -> Iterator[None]:
    """The waiting stays in their order."""
    number = 0
    while True:
        waiting = job.rerating.rows.filter(outcome=Outcome.WAITING, pk__gt=number).order_by("pk")
        numbers = list(waiting.values_list("pk", flat=True)[:_AT_ONCE])
        if not numbers:
            return
        for number in numbers:
            with transaction.atomic():
                jobs.lock_job(job)
                if _answer(number, Outcome.WAITING):
                    ReratingJob.objects.filter(pk=job.pk).update(
                        answered_rows=F("answered_rows") + 1
                    )
            yield


def _answer(number: int, expected: str) -> bool:
    """Answer a row that is in this state, by its stay as it is now; whether it was."""
    row = ReratedStay.objects.select_related("stay", "rerating__version", "rerating__correction")
    found = row.select_for_update(no_key=True, of=("self",)).get(pk=number)
    if found.outcome != expected:
        return False
    # Gate events of the car park wait, so that the stay stands.
    lock_car_parks([found.stay.car_park_id])
    stay = Stay.objects.select_for_update(no_key=True).get(pk=found.stay_id)
    found.stay = stay
    found.outcome = _settle(found, stay)
    found.answered_at = clock.now()
    found.save()
    return True


def _settle(row: ReratedStay, stay: Stay) -> str:
    """Price the stay by the correction unless that is dearer, and give back what was paid too much."""
    rerating = row.rerating
    assert rerating.correction is not None
    if _is_outdated(rerating, stay):
        return Outcome.OUTDATED
    ((_stay, figures),) = figures_of([stay], rerating.version, rerating.correction)
    if figures is None or is_being_paid(stay):
        return Outcome.DEFERRED
    row.before_fen, row.after_fen = figures.before_fen, figures.after_fen
    row.paid_fen = figures.paid_fen
    if figures.after_fen > figures.before_fen:
        return Outcome.UNCHANGED
    Stay.objects.filter(pk=stay.pk).update(tariff_version=rerating.correction)
    settle_arrears(stay=Stay.objects.get(pk=stay.pk))
    if not figures.too_much_fen:
        is_cheaper = figures.after_fen < figures.before_fen
        return Outcome.REPRICED if is_cheaper else Outcome.UNCHANGED
    return _refund(row, stay, figures.too_much_fen)


def _is_outdated(rerating: Rerating, stay: Stay) -> bool:
    """Whether it is no stay any more that the wrong version prices in the period."""
    return (
        stay.state == Stay.State.MERGED
        or stay.tariff_version_id != rerating.version_id
        or stay.entered_at is None
        or stay.entered_at not in rerating.entered
    )


def _refund(row: ReratedStay, stay: Stay, amount_fen: int) -> str:
    try:
        with transaction.atomic():
            refund = refund_fee(
                stay=stay,
                amount_fen=amount_fen,
                reason=row.rerating.reason,
                by=None,
                key=Key.of("rerating", f"{row.rerating_id}:{stay.pk}"),
            )
    except DomainError as refusal:
        # Such as a coupon that cannot be given back in part: people see to it.
        row.code = refusal.code
        return Outcome.REFUSED
    row.refund, row.refunded_fen = refund, refund.amount_fen
    return Outcome.REFUNDED
