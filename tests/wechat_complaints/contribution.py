"""What the cross-cutting tests need to know of WeChat's complaints; see tests/contributions.py."""

from typing import Any

from django.conf import settings

from credit.complaints import services as complaints
from credit.wechat_complaints import services as wechat_complaints
from tests.wechat_complaints.complaint_steps import fresh_key
from tests.wechat_complaints.reported import keep, reported_complaint


def make_admin_rows(two_merchants: Any) -> None:
    """At both merchants a complaint in a case with a reply and words to be read, and one that waits for its store."""
    ours = {"mchid": settings.WECHAT_PAY_MCHID}
    for side in two_merchants.sides:
        reported = reported_complaint(side.store, openid=f"oPayer{side.store.pk}", **ours)
        row = keep(reported, "USER_RESPONSE")
        complaints.accept_case(case=row.case, by=two_merchants.root, key=fresh_key())
        wechat_complaints.note_case_events(case=row.case_id)
        keep(reported_complaint(openid=f"oPayer{side.store.pk}", **ours))
