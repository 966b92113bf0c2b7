"""Marks of members in the back office."""

import pytest

from coupons.models import MemberTag
from tests.admin.action_forms import act, fields_of, text_of
from tests.admin.two_merchants import signed_in
from tests.factories.coupons import make_version
from tests.factories.members import make_member, make_operator
from tests.factories.merchants import make_clerk

pytestmark = pytest.mark.django_db
TAGS = "/admin/coupons/membertag/"


@pytest.fixture
def member():
    return make_member()


def test_the_operator_gives_any_mark_and_takes_it_back(member):
    admin_client = signed_in(make_operator())

    act(admin_client, f"{TAGS}add/", member=member.public_id, tag="vip")
    mark = MemberTag.objects.get()
    page = text_of(admin_client.get(TAGS))
    answer = act(admin_client, f"{TAGS}{mark.pk}/untag/")

    assert (mark.tag, mark.merchant) == ("vip", None)
    assert member.public_id in page
    assert answer["Location"] == TAGS
    assert not MemberTag.objects.exists()


def test_a_cashier_gives_what_a_campaign_asks_for_and_takes_nothing_back(member):
    clerk = make_clerk(role="cashier")
    make_version(audience={"granted": "clean_plate"})
    admin_client = signed_in(clerk.user)

    form = text_of(admin_client.get(f"{TAGS}add/"))
    refused = act(admin_client, f"{TAGS}add/", member=member.public_id, tag="vip")
    act(admin_client, f"{TAGS}add/", member=member.public_id, tag="clean_plate")

    assert "clean_plate" in form
    assert refused.status_code == 422
    mark = MemberTag.objects.get()
    assert (mark.tag, mark.merchant) == ("clean_plate", clerk.merchant)
    assert admin_client.get(f"{TAGS}{mark.pk}/untag/").status_code == 403


def test_who_has_nothing_to_give_is_told_so(member):
    admin_client = signed_in(make_clerk().user)

    assert "现在没有活动需要本商户授予标签" in text_of(admin_client.get(f"{TAGS}add/"))
    assert fields_of(admin_client.get(f"{TAGS}add/")) == {"member", "tag"}


def test_a_wrong_member_or_word_is_refused_on_the_form(member):
    admin_client = signed_in(make_operator())

    for fields in (
        {"member": "mem_nobody", "tag": "vip"},
        {"member": member.public_id, "tag": "VIP!"},
    ):
        assert act(admin_client, f"{TAGS}add/", **fields).status_code == 422
    assert not MemberTag.objects.exists()
