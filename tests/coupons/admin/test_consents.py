"""A merchant that is to bear a share is asked before, remembers what it agreed to, and sees what it costs."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from coupons import services as coupons
from coupons.models import ShareConsent, TemplateVersion
from coupons.planning_errors import ConsentMissing, ConsentNotInState, ConsentNotYours
from tests.admin.action_forms import act, text_of
from tests.admin.two_merchants import signed_in
from tests.coupons.admin.drafts import CONSENTS, VERSIONS
from tests.factories.coupons import claim, make_draft, make_version, redeem
from tests.factories.members import make_member, make_operator
from tests.factories.merchants import allied_store, make_clerk

pytestmark = pytest.mark.django_db
REPORT = "/admin/reports/coupons-at-my-stores/"


@pytest.fixture
def store():
    return allied_store()


@pytest.fixture
def boss(store):
    return make_clerk(merchant=store.merchant).user


@pytest.fixture
def owner(boss):
    return signed_in(boss)


@pytest.fixture
def operator():
    return make_operator("yunying")


def submitted(store, bp=4_000, **fields):
    """A platform coupon of which the store's merchant is to bear a part."""
    draft = make_draft(payers=[(store.merchant, bp)], **fields)
    return coupons.submit_version(version=draft, by=draft.drafted_by)


def consent_of(version):
    return ShareConsent.objects.get(version=version)


def test_it_is_published_only_after_the_owner_agreed(store, owner, operator):
    version = submitted(store)
    consent = consent_of(version)
    approving = signed_in(operator)

    page = text_of(approving.get(f"{VERSIONS}{version.pk}/approve/"))
    refused = act(approving, f"{VERSIONS}{version.pk}/approve/", note="同意")
    listed = text_of(owner.get(CONSENTS))
    looked = text_of(owner.get(f"{CONSENTS}{consent.pk}/agree/"))
    act(owner, f"{CONSENTS}{consent.pk}/agree/")
    act(approving, f"{VERSIONS}{version.pk}/approve/", note="同意")

    assert f"尚未同意：{store.merchant}" in page
    assert (refused.status_code, str(store.merchant) in text_of(refused)) == (422, True)
    assert ("40%" in listed, "待答复" in listed) == (True, True)
    assert f"{store.merchant} ¥2.00" in looked
    version.refresh_from_db()
    assert version.state == "published"


def test_a_version_that_somebody_declined_is_not_published(store, owner, operator):
    version = submitted(store)
    act(owner, f"{CONSENTS}{consent_of(version).pk}/decline/")

    with pytest.raises(ConsentMissing):
        coupons.approve_version(version=version, by=operator)
    act(owner, f"{CONSENTS}{consent_of(version).pk}/agree/")

    assert coupons.approve_version(version=version, by=operator).state == "published"


def test_the_database_refuses_it_as_well(store, operator):
    version = submitted(store)

    with pytest.raises(IntegrityError, match="has not agreed"), transaction.atomic():
        TemplateVersion.objects.filter(pk=version.pk).update(
            state="published", decided_by=operator, decided_at=timezone.now()
        )


def test_nobody_but_the_owner_answers(store, operator):
    consent = consent_of(submitted(store))
    manager = make_clerk(merchant=store.merchant, role="manager").user
    foreign = make_clerk(merchant=allied_store().merchant).user

    for user in (operator, manager, foreign):
        for answer in (coupons.agree_to_share, coupons.decline_share, coupons.revoke_consent):
            with pytest.raises(ConsentNotYours):
                answer(consent=consent, by=user)
    assert signed_in(foreign).get(f"{CONSENTS}{consent.pk}/change/").status_code == 404
    assert signed_in(manager).get(f"{CONSENTS}{consent.pk}/agree/").status_code == 403
    assert signed_in(operator).get(f"{CONSENTS}{consent.pk}/agree/").status_code == 403


def test_what_was_agreed_to_is_remembered_for_the_template_up_to_its_share(store, boss, operator):
    first = submitted(store, 4_000)
    coupons.agree_to_share(consent=consent_of(first), by=boss)
    coupons.approve_version(version=first, by=operator)

    less = submitted(store, 3_000, template=first.template)
    more = submitted(store, 4_001, template=first.template)
    other = submitted(store, 4_000)

    assert (consent_of(less).state, consent_of(less).derived_from) == ("agreed", consent_of(first))
    assert [consent_of(consent).state for consent in (more, other)] == ["asked", "asked"]


def test_a_standing_agreement_is_for_all_later_platform_coupons(store, boss):
    coupons.agree_to_share(consent=consent_of(submitted(store)), by=boss, covers_later_coupons=True)
    foreign = make_draft(merchant=allied_store().merchant, payers=[(store.merchant, 1_000)])
    coupons.submit_version(version=foreign, by=foreign.drafted_by)

    assert consent_of(submitted(store)).state == "agreed"
    assert ShareConsent.objects.get(version=foreign, merchant=store.merchant).state == "asked"


def test_what_was_revoked_is_not_remembered_and_what_is_published_stays(store, boss, operator):
    first = submitted(store)
    coupons.agree_to_share(consent=consent_of(first), by=boss)
    coupons.approve_version(version=first, by=operator)
    waiting = submitted(store, template=first.template)

    coupons.revoke_consent(consent=consent_of(first), by=boss)

    with pytest.raises(ConsentMissing):
        coupons.approve_version(version=waiting, by=operator)
    assert consent_of(submitted(store, template=first.template)).state == "asked"
    first.refresh_from_db()
    assert first.state == "published"
    claim(first, make_member())


def test_answers_are_given_once_and_repeating_one_changes_nothing(store, boss):
    consent = consent_of(submitted(store))
    coupons.agree_to_share(consent=consent, by=boss)

    assert coupons.agree_to_share(consent=consent, by=boss).state == "agreed"
    with pytest.raises(ConsentNotInState):
        coupons.decline_share(consent=consent, by=boss)
    once = coupons.revoke_consent(consent=consent, by=boss)
    assert coupons.revoke_consent(consent=consent, by=boss).revoked_at == once.revoked_at


def test_a_merchant_that_submits_its_own_coupon_agrees_by_that(store, boss, operator):
    draft = make_draft(merchant=store.merchant)
    coupons.submit_version(version=draft, by=boss)

    assert consent_of(draft).decided_by == boss
    assert coupons.approve_version(version=draft, by=operator).state == "published"


def test_an_operator_who_drafts_at_a_merchants_cost_has_to_ask_it(store, operator):
    draft = make_draft(merchant=store.merchant)
    coupons.submit_version(version=draft, by=draft.drafted_by)

    with pytest.raises(ConsentMissing):
        coupons.approve_version(version=draft, by=operator)


def test_a_merchant_reads_what_holds_at_its_stores_and_what_it_costs(store, owner):
    other = allied_store()
    shared = make_version(payers=[(None, 2_000), (store.merchant, 3_000)])
    make_version(scope={"only": {"stores": [other.public_id]}})
    submitted_one = make_draft(payers=[(None, 1_000)])
    coupons.submit_version(version=submitted_one, by=submitted_one.drafted_by)
    redeem(claim(shared, make_member()), store=store)

    page = text_of(owner.get(REPORT))

    assert f"{shared.template.name} v1 商圈平台" in page
    assert "50% 1 ¥5.00 ¥2.50" in page
    assert f"{submitted_one.template.name} v1" in page
    assert TemplateVersion.objects.get(scope__has_key="only").template.name not in page


def test_the_overview_has_this_months_costs_of_coupons(store, owner):
    version = make_version(payers=[(store.merchant, 3_000)])
    redeem(claim(version, make_member()), store=store)
    submitted(store)

    page = text_of(owner.get("/admin/"))

    for text in ("本月优惠券", "本店减免 ¥5.00", "本商户承担 ¥1.50", "其他方承担 ¥3.50"):
        assert text in page
    assert "待答复的成本分担 1" in page


def test_cashiers_and_operators_have_no_such_page(store, operator):
    cashier = make_clerk(merchant=store.merchant, role="cashier").user

    assert signed_in(cashier).get(REPORT).status_code == 403
    assert signed_in(operator).get(REPORT).status_code == 403
