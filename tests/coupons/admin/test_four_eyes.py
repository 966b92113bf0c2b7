"""Whoever wrote or submitted a version does not decide it, and who decides sees what is new."""

import pytest
from django.db import IntegrityError, connection, transaction

from coupons import services as coupons
from coupons.errors import ApproverIsEditor
from coupons.models import TemplateVersion
from coupons.terms_diff import named_terms
from coupons.version_history import changes_since_published, contents_of
from district.kernel import clock
from district.members.models import User
from tests.admin.action_forms import act, text_of
from tests.admin.two_merchants import signed_in
from tests.coupons.admin.drafts import CONSENTS, VERSIONS, draft_form
from tests.factories.coupons import make_draft, make_version
from tests.factories.members import make_operator
from tests.factories.merchants import allied_store, make_clerk

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    return allied_store()


@pytest.fixture
def owner(store):
    return signed_in(make_clerk(merchant=store.merchant).user)


@pytest.fixture
def drafted(store, owner):
    """A merchant's draft of ¥5 off."""
    act(owner, f"{VERSIONS}add/", **draft_form(store, stock=100))
    return TemplateVersion.objects.get()


def edited(store, **fields):
    form = draft_form(store, **fields)
    del form["name"], form["merchant"]
    return form


def test_an_operator_who_rewrote_a_merchants_draft_cannot_approve_it(store, drafted, owner):
    rewriting = signed_in(make_operator("yunying1"))
    changed = edited(store, face_yuan="500", threshold_yuan="1000", redeemer_percent=0)
    act(rewriting, f"{VERSIONS}{drafted.pk}/edit/", **changed)
    act(rewriting, f"{VERSIONS}{drafted.pk}/submit/")

    refused = act(rewriting, f"{VERSIONS}{drafted.pk}/approve/", note="同意")

    assert refused.status_code == 422
    assert "须由另一人审批" in text_of(refused)
    drafted.refresh_from_db()
    assert drafted.state == "submitted"
    other = signed_in(make_operator("yunying2"))
    page = text_of(other.get(f"{VERSIONS}{drafted.pk}/approve/"))
    assert "满 20 元减 5 元" in page
    assert "满 1000 元减 500 元" in page
    act(owner, f"{CONSENTS}{drafted.consents.get().pk}/agree/")
    act(other, f"{VERSIONS}{drafted.pk}/approve/", note="同意")
    drafted.refresh_from_db()
    assert drafted.state == "published"


def test_who_only_submitted_cannot_approve_or_reject(drafted):
    submitting = make_operator("yunying1")
    coupons.submit_version(version=drafted, by=submitting)

    with pytest.raises(ApproverIsEditor):
        coupons.approve_version(version=drafted, by=submitting)
    with pytest.raises(ApproverIsEditor):
        coupons.reject_version(version=drafted, by=submitting, note="不妥")


def test_who_wrote_a_rejected_version_cannot_approve_its_copy():
    first = make_draft()
    coupons.submit_version(version=first, by=first.drafted_by)
    coupons.reject_version(version=first, by=make_operator("yunying1"), note="不妥")
    copy = make_draft(template=first.template)
    coupons.submit_version(version=copy, by=copy.drafted_by)

    with pytest.raises(ApproverIsEditor):
        coupons.approve_version(version=copy, by=first.drafted_by)


def test_after_a_publication_an_author_of_then_may_approve_again():
    published = make_version()
    newer = make_draft(template=published.template)
    coupons.submit_version(version=newer, by=newer.drafted_by)

    assert coupons.approve_version(version=newer, by=published.drafted_by).state == "published"


@pytest.mark.parametrize("state", ["published", "rejected"])
def test_the_database_refuses_an_editor_as_well(drafted, state):
    rewriting = make_operator("yunying1")
    drafted.face_fen = 400
    coupons.save_draft(draft=drafted, payers=(), by=rewriting)
    coupons.submit_version(version=drafted, by=drafted.drafted_by)

    with (
        pytest.raises(IntegrityError, match="wrote or submitted a version does not decide"),
        transaction.atomic(),
    ):
        TemplateVersion.objects.filter(pk=drafted.pk).update(
            state=state, decided_by=rewriting, decided_at=clock.now()
        )


@pytest.mark.parametrize(
    "behind",
    [
        "update coupons_templateversion set face_fen = 400",
        "update coupons_templatefunding set bp = bp - 1 where party_id is null;"
        " update coupons_templatefunding set bp = bp + 1 where party_id is not null",
    ],
)
def test_what_nobody_is_recorded_to_have_written_is_not_submitted(behind):
    draft = make_draft(merchant=allied_store().merchant, payers=[(None, 9_000)])
    with connection.cursor() as cursor:
        cursor.execute(
            "select coupons_record_edit(%s, 'submit', %s, %s)",
            [draft.pk, draft.drafted_by_id, clock.now()],
        )
        cursor.execute(behind)

    with pytest.raises(IntegrityError, match="recorded as somebody wrote"), transaction.atomic():
        TemplateVersion.objects.filter(pk=draft.pk).update(
            state="submitted", submitted_at=clock.now()
        )


def test_the_approver_sees_who_changed_what(store, drafted, owner):
    clerk = make_clerk(merchant=store.merchant).user
    changed = edited(store, stock=300, only_merchants=[store.merchant.public_id])
    act(signed_in(clerk), f"{VERSIONS}{drafted.pk}/edit/", **changed)
    act(owner, f"{VERSIONS}{drafted.pk}/submit/")

    page = text_of(signed_in(make_operator("yunying1")).get(f"{VERSIONS}{drafted.pk}/approve/"))

    assert "总库存：100 → 300" in page
    assert str(clerk) in page


def test_a_newer_version_is_compared_with_the_published_one():
    published = make_version(stock=5, payers=[(None, 5_000)])
    newer = make_draft(template=published.template, stock=9, payers=[(None, 2_500)])

    last, changed = changes_since_published(newer)

    assert last == published
    assert {(change.label, change.before, change.after) for change in changed} == {
        ("总库存", "5", "9"),
        (
            "成本分摊",
            "核销商户 50%，其余 50% 由商圈联盟承担",
            "核销商户 25%，其余 75% 由商圈联盟承担",
        ),
    }


def test_every_column_of_a_version_belongs_to_a_term():
    assert set(contents_of(make_draft())) == named_terms()


def test_what_the_words_do_not_show_is_compared_as_stored():
    published = make_version(audience={"tags": ["vip"]})
    newer = make_draft(template=published.template, audience={"tags": ["staff"]})

    (change,) = changes_since_published(newer)[1]

    assert ("vip" in change.before, "staff" in change.after) == (True, True)


def test_a_draft_saved_twice_by_its_author_stays_approvable_by_others():
    draft = make_draft()
    coupons.save_draft(draft=draft, payers=(), by=draft.drafted_by)
    coupons.submit_version(version=draft, by=draft.drafted_by)

    coupons.approve_version(version=draft, by=User.objects.create_staff("another"))

    draft.refresh_from_db()
    assert draft.state == "published"
