"""WeChat says that something happened to a complaint."""

from django.db import transaction
from django.db.models import F

from credit.wechat_complaints.models import WechatComplaint
from district.kernel import clock


@transaction.atomic
def note_notice(*, complaint_id: str) -> WechatComplaint:
    """The complaint is to be read once more; one that is new has a row from now on. Often is as good as once.

    It raises the version that is asked for, so a reading that is under way now does not count for this notice.
    """
    made, is_new = WechatComplaint.objects.get_or_create(
        complaint_id=complaint_id, defaults={"received_at": clock.now()}
    )
    if not is_new:
        WechatComplaint.objects.filter(pk=made.pk).update(
            asked_version=F("asked_version") + 1,
            attempts=0,
            last_error="",
            set_aside_at=None,
            next_attempt_at=clock.real_now(),
        )
    return made
