import pytest

from district.kernel.models import AuditLine
from district.merchants import services as merchants
from district.merchants.models import Merchant
from tests.factories.merchants import make_merchant

pytestmark = pytest.mark.django_db


def test_a_suspension_keeps_its_first_date_and_reason():
    merchant = make_merchant()

    first = merchants.suspend_merchant(merchant=merchant, reason="投诉未处理", by=None)
    again = merchants.suspend_merchant(merchant=merchant, reason="其他", by=None)

    assert again.suspended_at == first.suspended_at
    assert again.suspended_for == "投诉未处理"
    assert AuditLine.objects.get().facts == {"reason": "投诉未处理"}


def test_a_resumed_merchant_is_as_before():
    merchant = make_merchant()
    merchants.suspend_merchant(merchant=merchant, reason="投诉未处理", by=None)

    merchants.resume_merchant(merchant=merchant, by=None)
    merchants.resume_merchant(merchant=merchant, by=None)

    merchant.refresh_from_db()
    assert merchant.state == Merchant.State.ACTIVE
    assert (merchant.suspended_at, merchant.suspended_for) == (None, "")
    assert AuditLine.objects.filter(verb="resume_merchant").count() == 1
