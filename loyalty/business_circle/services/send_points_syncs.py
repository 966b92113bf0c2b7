"""WeChat is told what a payment brought, until it has it."""

import logging

from django.conf import settings
from django.db import transaction

from district.kernel import attempts, clock
from district.kernel.security.crypto import Unsealable
from district.wechat.pay.business_circle import PointsUpdate, notify_points
from district.wechat.pay.errors import PayError
from district.wechat.pay_account import has_pay_account, pay_client
from loyalty.business_circle import openids
from loyalty.business_circle.models import MallPayment, PointsSync
from loyalty.business_circle.retries import BATCH, RETRIES

logger = logging.getLogger("district.business_circle")


def send_points_syncs(*, limit: int = BATCH) -> int:
    """Make the calls that are due, the longest waiting first; how many.

    A sync is claimed and committed, sent outside of any transaction, and marked: whoever dies on the way, the
    same values are sent again, which WeChat takes. Side by side workers skip each other's rows.
    """
    if not has_pay_account():
        return 0
    due = PointsSync.objects.filter(synced_at=None)
    return attempts.make_calls(due, _send, max_attempts=RETRIES.max_attempts, limit=limit)


def _send(sync: PointsSync) -> None:
    payment = MallPayment.objects.get(pk=sync.payment_id)
    try:
        notify_points(
            pay_client(),
            PointsUpdate(
                transaction_id=payment.transaction_id,
                appid=settings.WECHAT_APPID,
                openid=openids.open_openid(payment),
                earn_points=sync.is_earned,
                increased_points=sync.increased_points,
                points_update_time=sync.decided_at.astimezone(clock.SHANGHAI).replace(
                    microsecond=0
                ),
                no_points_remarks=sync.remarks or None,
                total_points=sync.total_points,
            ),
        )
    except (PayError, Unsealable) as error:
        logger.warning("points sync failed", extra={"sync": sync.pk, "error": type(error).__name__})
        _note_failure(sync.pk, error)
    except Exception as error:
        # A bug that one row meets must not stop the others.
        logger.exception("points sync broke off", extra={"sync": sync.pk})
        _note_failure(sync.pk, error)
    else:
        _note_success(sync.pk)


@transaction.atomic
def _note_success(pk: int) -> None:
    """WeChat has it: the openid is of no use any more."""
    row = _lock(pk)
    if row.synced_at is not None:
        return
    row.synced_at = clock.now()
    row.save(update_fields=["synced_at", *attempts.begin_anew(row)])
    MallPayment.objects.filter(pk=row.payment_id).update(openid_sealed=None, master_version=None)


@transaction.atomic
def _note_failure(pk: int, error: Exception) -> None:
    row = _lock(pk)
    if row.synced_at is None:
        row.save(update_fields=RETRIES.note_failure(row, error))


def _lock(pk: int) -> PointsSync:
    return PointsSync.objects.select_for_update(no_key=True).get(pk=pk)
