import pytest

from district.kernel.models import AuditLine
from district.merchants import services as merchants
from district.merchants.errors import MemberNotFound

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("phone", ["13800138000", "+8613800138000", "138 0013 8000"])
def test_a_member_is_found_however_the_number_is_written(till, store, with_phone, phone):
    assert merchants.find_by_phone(till=till, store=store, phone=phone) == with_phone


def test_who_looked_whom_up_is_written_down_without_the_number(till, store, with_phone):
    merchants.find_by_phone(till=till, store=store, phone="13800138000")

    line = AuditLine.objects.get(verb="find_by_phone")
    assert (line.actor, line.subject) == (till.actor, f"members.member:{with_phone.pk}")
    assert line.facts == {"store": store.pk}


@pytest.mark.parametrize("phone", ["13900139000", "12345", "1380013800"])
def test_nobody_has_that_number(till, store, with_phone, phone):
    with pytest.raises(MemberNotFound):
        merchants.find_by_phone(till=till, store=store, phone=phone)

    assert not AuditLine.objects.filter(verb="find_by_phone").exists()
