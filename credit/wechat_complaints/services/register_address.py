"""WeChat has to know where to send the notices of complaints."""

from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction

from credit.wechat_complaints.errors import WechatPayUnavailable
from district.kernel import audit
from district.members.models import User
from district.wechat.pay import complaint_address as pay
from district.wechat.pay.errors import PayError
from district.wechat.pay_account import pay_client

PATH = "wechat/complaints/notices"


def register_address(*, by: User | None) -> str:
    """Register our address, or change the one that is there; the address. Again: nothing changes.

    Raises WechatPayUnavailable, WechatMisconfigured.
    """
    client = pay_client()
    wanted = urljoin(f"{settings.PUBLIC_URL}/", PATH)
    try:
        known = pay.notification_address(client)
        if known is None:
            pay.create_notification_address(client, wanted)
        elif known.url != wanted:
            pay.change_notification_address(client, wanted)
    except PayError:
        known = None
        failed = True
    else:
        failed = False
    if failed:
        raise WechatPayUnavailable
    if known is None or known.url != wanted:
        with transaction.atomic():
            audit.record(by=by, verb="register_complaint_address", subject="wechat_complaints:*")
    return wanted
