"""What keeps a complaint of WeChat to one row and a payer to one stand-in, taken away."""

from itertools import count

from django.db import transaction

from credit.wechat_complaints import services as wechat_complaints
from credit.wechat_complaints.models import WechatComplaint, WechatPayer
from credit.wechat_complaints.services.payers import payer_with_openid
from tests.mutations.invariant_tests import (  # noqa: F401 - collected here
    CALLERS,
    attempt,
    test_each_protection_holds_alone,
    test_with_every_protection_the_promise_holds,
    test_without_any_protection_the_race_breaks_the_promise,
)
from tests.mutations.protections import Protection, drop_constraint
from tests.race import race

_numbers = count(1)


class OneRowPerComplaint:
    """Of many notices of a new complaint at once, one makes its row and the others ask for it again."""

    protections = (
        Protection(
            "a complaint has one row",
            drop_constraint("wechat_complaints_wechatcomplaint", "wechat_complaint_once"),
        ),
    )

    def holds_under_attack(self):
        number = f"2002018{next(_numbers):021}"

        def note():
            wechat_complaints.note_notice(complaint_id=number)

        race(*[lambda: attempt(note)] * CALLERS)
        rows = WechatComplaint.objects.filter(complaint_id=number)
        return [row.asked_version for row in rows] == [CALLERS]


class OnePayerPerOpenid:
    """Of many complaints of a person at once, all are the same payer's."""

    protections = (
        Protection(
            "an openid has one payer",
            drop_constraint("wechat_complaints_wechatpayer", "wechat_payer_once_per_openid"),
        ),
    )

    def holds_under_attack(self):
        openid = f"oPayer{next(_numbers)}"
        before = WechatPayer.objects.count()
        race(*[lambda: attempt(lambda: _payer(openid))] * CALLERS)
        return WechatPayer.objects.count() == before + 1


def _payer(openid):
    with transaction.atomic():
        payer_with_openid(openid)


INVARIANTS = [OneRowPerComplaint, OnePayerPerOpenid]
