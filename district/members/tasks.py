"""Celery's part of the members app: forget what has served its time."""

from datetime import timedelta

from celery import shared_task

from district.kernel import clock
from district.members.models import CardCodeUse, ShopperSession

# A code lives half a minute, so its use needs to be remembered no longer than clocks may differ.
KEEP_CODE_USES = timedelta(days=1)
KEEP_ENDED_SESSIONS = timedelta(days=30)


@shared_task(name="members.purge_card_codes")
def purge_card_codes() -> int:
    """Forget which codes were used, a day later; how many."""
    old = CardCodeUse.objects.filter(used_at__lt=clock.real_now() - KEEP_CODE_USES)
    return old.delete()[0]


@shared_task(name="members.purge_sessions")
def purge_sessions() -> int:
    """Forget sessions a month after their end; how many."""
    old = ShopperSession.objects.filter(expires_at__lt=clock.real_now() - KEEP_ENDED_SESSIONS)
    return old.delete()[0]
