import pytest

from district.kernel.errors import KeyReused
from district.kernel.models import AuditLine, Idem
from district.merchants import services as merchants
from district.merchants.errors import MerchantAlreadyRegistered
from district.merchants.models import Merchant

pytestmark = pytest.mark.django_db

COFFEE = {"name": "星河咖啡", "legal_name": "杭州星河餐饮有限公司", "uscc": "91330100MA27XYR123"}


def test_a_merchant_is_registered_with_an_audit_line(key):
    merchant = merchants.register_merchant(**COFFEE, by=None, key=key("k1"))

    assert merchant.state == Merchant.State.ACTIVE
    assert merchant.name_key == "xing he ka fei"
    line = AuditLine.objects.get()
    assert (line.actor, line.verb) == ("system", "register_merchant")
    assert line.subject == f"merchants.merchant:{merchant.pk}"


def test_the_same_key_gives_the_same_merchant(key):
    first = merchants.register_merchant(**COFFEE, by=None, key=key("k1"))

    again = merchants.register_merchant(**COFFEE, by=None, key=key("k1"))

    assert again == first
    assert Merchant.objects.count() == AuditLine.objects.count() == 1


def test_other_terms_under_the_same_key_are_refused(key):
    merchants.register_merchant(**COFFEE, by=None, key=key("k1", name="星河咖啡"))

    with pytest.raises(KeyReused):
        merchants.register_merchant(**COFFEE, by=None, key=key("k1", name="银河咖啡"))

    assert Merchant.objects.count() == 1


def test_a_credit_code_is_registered_once_and_the_refused_key_stays_free(key):
    merchants.register_merchant(**COFFEE, by=None, key=key("k1"))

    with pytest.raises(MerchantAlreadyRegistered) as refusal:
        merchants.register_merchant(**COFFEE, by=None, key=key("k2"))

    assert refusal.value.facts == {"uscc": "91330100MA27XYR123"}
    assert Merchant.objects.count() == 1
    assert not Idem.objects.filter(key="k2").exists()
