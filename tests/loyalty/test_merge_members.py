"""One person who joined twice becomes one member; the other one leads there from now on."""

from datetime import timedelta
from importlib import import_module

import pytest
from allauth.socialaccount.models import SocialAccount
from rest_framework.test import APIClient

from district.kernel import clock
from district.kernel.models import AuditLine, OutboxRow
from district.members import personal, phones
from district.members import queries as people
from district.members import services as members
from district.members.errors import AccountClosed
from district.members.models import Member, WechatIdentity
from district.merchants.errors import MemberNotFound
from district.wechat.gateway import WechatSession
from loyalty import queries
from loyalty import services as loyalty
from loyalty.errors import AccountFrozen, AccountHoldsPoints, AccountMerged, MergeWithItself
from loyalty.models import PointsAccount
from tests.factories.loyalty import buy, fresh_key, pay_points, undo
from tests.factories.members import bearer, make_member, make_staff
from tests.factories.merchants import till_of, visit_of
from tests.loyalty.test_freeze import hold

OLD, NEW = WechatSession(openid="o-old"), WechatSession(openid="o-new")


@pytest.fixture
def old(db):
    return members.sign_up_member(person=OLD, nickname="旧号")


@pytest.fixture
def new(db):
    return members.sign_up_member(person=NEW, nickname="新号")


@pytest.fixture
def chen(db):
    return make_staff("chen")


def give_phone(member, number):
    member.phone_hash = phones.phone_hash(number)
    member.phone_sealed = personal.seal(member, "phone", number)
    member.birthday_sealed = personal.seal(member, "birthday", "1990-05-01")
    member.save()


def merge(old, new, by, key=None):
    return loyalty.merge_members(
        source=old, into=new, reason="同一人两次注册", by=by, key=key or fresh_key()
    )


def test_all_points_are_with_the_other_with_issuer_and_end(old, new, tea, books, chen):
    with clock.travel_to(clock.now() - timedelta(days=40)):
        buy(old, tea, fen=5_000)
    buy(old, books, fen=3_000)
    buy(new, tea, fen=1_000)
    before = queries.expiring_points(old, timedelta(days=4000))

    merge(old, new, chen)

    assert queries.balance_of(new).available == 90
    assert queries.balance_of(old).available == 0
    after = queries.expiring_points(new, timedelta(days=4000))
    for kept in before:
        assert any(
            moved_lot.expires_at == kept.expires_at and moved_lot.issuer == kept.issuer
            for moved_lot in after
        )
    assert PointsAccount.objects.get(pk=old.pk).merged_into_id == new.pk
    assert queries.clearing() == []


def test_a_debt_goes_along_and_is_repaid(old, new, tea, books, chen):
    bought = buy(old, tea, fen=5_000)
    pay_points(old, books, points=50)
    undo(bought.transfer, tea)
    buy(new, books, fen=8_000)

    merge(old, new, chen)

    balance = queries.balance_of(new)
    assert (balance.available, balance.debt) == (30, 0)


def test_the_old_wechat_leads_to_the_other_member(old, new, chen):
    merge(old, new, chen)

    assert members.sign_up_member(person=OLD) == new
    assert members.sign_up_member(person=NEW) == new
    assert SocialAccount.objects.filter(user=new.user).count() == 2
    assert Member.objects.count() == 2


def test_the_openids_can_still_be_read(old, new, chen):
    merge(old, new, chen)

    new.refresh_from_db()
    openids = {
        personal.unseal(new, "openid", identity.openid_sealed)
        for identity in WechatIdentity.objects.filter(member=new)
    }
    assert openids == {"o-old", "o-new"}


def test_an_open_session_goes_on_as_the_other(old, new, tea, chen):
    phone = APIClient()
    phone.credentials(**bearer(old))
    buy(new, tea, fen=1_000)

    merge(old, new, chen)

    answer = phone.get("/api/v1/me/points")
    assert (answer.status_code, answer.json()["available"]) == (200, 10)


def test_phone_and_birthday_go_where_they_are_missing(old, new, chen):
    give_phone(old, "+8613812345678")

    merge(old, new, chen)

    profile = people.profile(Member.objects.get(pk=new.pk))
    assert (profile.phone, str(profile.birthday)) == ("138****5678", "1990-05-01")
    assert people.member_by_phone("13812345678") == new
    assert Member.objects.get(pk=old.pk).phone_hash is None


def test_a_phone_the_other_has_is_kept(old, new, chen):
    give_phone(old, "+8613812345678")
    give_phone(new, "+8613912345678")

    merge(old, new, chen)

    assert people.member_by_phone("13912345678") == new
    assert people.member_by_phone("13812345678") is None
    # An operator who searches the old number still finds who it was.
    assert list(people.members_by_phone("13812345678")) == [old]


def test_a_till_no_longer_finds_the_one_that_was_merged(old, new, tea, chen, at_till):
    code = members.issue_card_code(member=old).code
    visit = visit_of(old, till_of(tea), tea)

    merge(old, new, chen)

    with pytest.raises(MemberNotFound):
        queries.member_to_credit(old.public_id)
    looked = at_till.post(
        "/api/v1/till/members/lookup",
        {"store": tea.public_id, "code": code},
        format="json",
        HTTP_IDEMPOTENCY_KEY="m-1",
    )
    assert (looked.status_code, looked.json()["code"]) == (400, "token_invalid")
    spent = at_till.post(
        "/api/v1/till/spendings",
        {"store": tea.public_id, "visit": visit.token, "points": 1, "request_no": "P-1"},
        format="json",
        HTTP_IDEMPOTENCY_KEY="m-2",
    )
    assert (spent.status_code, spent.json()["code"]) == (410, "visit_over")
    with pytest.raises(AccountMerged):
        pay_points(old, tea, points=1)
    with pytest.raises(AccountMerged):
        buy(old, tea, fen=100)


def test_a_refund_of_the_old_receipt_acts_on_the_other(old, new, tea, chen):
    receipt = buy(old, tea, fen=5_000)

    merge(old, new, chen)
    undo(receipt.transfer, tea)

    assert queries.balance_of(new).available == 0
    assert queries.balance_of(new).debt == 0


def test_who_did_it_and_why_is_written_down(old, new, tea, chen):
    buy(old, tea, fen=5_000)

    merge(old, new, chen)

    lines = {line.verb: line for line in AuditLine.objects.filter(verb__contains="m")}
    merged = lines["merge_members"]
    assert (merged.subject, merged.facts["into"], merged.facts["points"]) == (
        f"members.member:{old.pk}",
        new.pk,
        50,
    )
    assert lines["absorb_member"].subject == f"members.member:{new.pk}"
    assert OutboxRow.objects.get(name="AccountsMerged").payload["points"] == 50


def test_the_same_key_merges_once(old, new, chen):
    key = fresh_key()

    assert merge(old, new, chen, key) == new
    assert merge(old, new, chen, key) == new
    with pytest.raises(AccountMerged):
        merge(old, new, chen)
    with pytest.raises(AccountMerged):
        merge(new, old, chen)


def test_a_chain_of_merges_leads_to_its_end(old, new, tea, chen):
    last = make_member("再一个号")
    receipt = buy(old, tea, fen=5_000)
    merge(old, new, chen)
    merge(new, last, chen)

    assert queries.balance_of(last).available == 50
    assert members.sign_up_member(person=OLD) == last
    undo(receipt.transfer, tea)
    assert queries.balance_of(last).available == 0


def test_nobody_is_merged_with_themselves(new, chen):
    with pytest.raises(MergeWithItself):
        merge(new, new, chen)


@pytest.mark.parametrize("frozen", ["old", "new"])
def test_a_frozen_account_is_not_emptied_by_a_merge(old, new, tea, chen, frozen):
    buy(old, tea, fen=5_000)
    loyalty.freeze_account(member=[old, new][frozen == "new"], reason="可疑", by=chen)

    with pytest.raises(AccountFrozen):
        merge(old, new, chen)

    assert queries.balance_of(old).available == 50


def test_an_open_hold_is_ended_first(old, new, tea, chen):
    buy(old, tea, fen=5_000)
    hold(old, tea, 10)

    with pytest.raises(AccountHoldsPoints):
        merge(old, new, chen)

    assert Member.objects.get(pk=old.pk).closed_at is None
    assert members.sign_up_member(person=OLD) == old


def test_who_left_the_district_is_not_merged(old, new, tea, chen):
    buy(old, tea, fen=5_000)
    new.closed_at = clock.now()
    new.save()

    with pytest.raises(AccountClosed):
        merge(old, new, chen)

    assert queries.balance_of(old).available == 50
    assert PointsAccount.objects.get(pk=old.pk).merged_into_id is None


def test_a_merged_account_is_frozen_by_nobody(old, new, chen):
    merge(old, new, chen)

    with pytest.raises(AccountMerged):
        loyalty.freeze_account(member=old, reason="x", by=chen)


def test_a_phone_is_bound_although_there_are_two_wechat_accounts(old, new, chen, monkeypatch):
    openids = []

    class Gateway:
        def phone_for(self, code, openid):
            from district.wechat.gateway import VerifiedPhone

            openids.append(openid)
            return VerifiedPhone(number="13812345678", country="86")

    verb = import_module("district.members.services.bind_phone")
    monkeypatch.setattr(verb, "gateway", Gateway)
    members.bind_phone(member=old, code="c", key=fresh_key())
    merge(old, new, chen)

    members.bind_phone(member=new, code="c", key=fresh_key())

    assert openids == ["o-old", None]
