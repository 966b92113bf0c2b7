"""The demo shows life: whatever a person of the district opens first holds something."""

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from coupons.invariants import COUPONS
from coupons.issuing.invariants import INVARIANTS as ISSUING
from coupons.issuing.models import IssueJob
from coupons.models import BudgetChange, Redemption, ShareConsent
from coupons.offline.invariants import INVARIANTS as OFFLINE
from coupons.offline.models import LogEntry, RedemptionConflict
from credit.models import CreditSnapshot
from credit.score.values import Grade
from district.demo.chapters import all_chapters
from district.demo.models import Chapter
from district.kernel import invariants
from district.kernel.models import OutboxRow
from district.members.models import User
from district.merchants.models import Clerk
from district.payments.models import (
    BillDifference,
    ChannelBill,
    Order,
    PaymentRefund,
    RefundProposal,
)
from loyalty.business_circle.models import MallPayment, MallRefund
from loyalty.models import Adjustment, EarningReview, Hold, ParkedRefund
from loyalty.receipt_batches.models import Batch, Reconciliation
from loyalty.receipt_photos.models import ReceiptConflict, ReceiptPhoto
from loyalty.settlement.models import CreditNote, Cycle, Dispute, Statement, StatementPayment
from parking.models import (
    CarParkClosing,
    CarParkImport,
    NoShowContest,
    OccupancyReading,
    PlateDispute,
    PoolSlot,
    RefusedReading,
    Reservation,
    Stay,
)

# What a role may read and yet finds empty, and why.
EMPTY_FOR = {
    # Notices come from the stand-in for WeChat, which does not run here.
    "operator": {"inboxrow"},
    "operator2": {"inboxrow"},
    # Marks and prefunds of a merchant come from its own campaigns and payments.
    "owner": {"membertag"},
    # Nobody wrote in a case of the store that the manager runs.
    "manager": {"membertag", "issuejob", "casemessage"},
    "cashier": {"receiptconflict", "membertag", "issuejob", "parkedrefund", "refund"},
    "finance": {"membertag"},
}


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(
        User.objects.get(username=username), backend="district.members.backends.StaffBackend"
    )
    return client


@pytest.mark.parametrize(
    "username", ["operator", "operator2", "owner", "manager", "cashier", "finance"]
)
def test_nothing_a_person_opens_first_is_empty(district, username):
    client = signed_in(username)
    assert client.get(reverse("admin:index"), follow=True).status_code == 200

    empty = set()
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        page = client.get(reverse(name))
        if page.status_code == 403:
            continue
        assert page.status_code == 200, name
        if not page.context["cl"].full_result_count and not page.context["cl"].result_count:
            empty.add(model._meta.model_name)

    assert empty <= EMPTY_FOR.get(username, set())


def test_what_waits_needs_the_other_operator(district):
    first, second = (User.objects.get(username=name) for name in ("operator", "operator2"))

    proposers = set(
        Adjustment.objects.filter(state="proposed").values_list("proposed_by", flat=True)
    )

    assert proposers == {first.pk, second.pk}
    assert set(district.logins["second_operator"]) == {"username", "password"}


def test_every_workspace_has_something_done_and_something_to_do(district):
    def states(model):
        return set(model.objects.values_list("state", flat=True))

    assert states(ReceiptPhoto) >= {"submitted", "conflicting", "confirmed", "rejected"}
    assert states(ReceiptConflict) >= {"open", "earlier", "both"}
    assert states(Batch) == {"done"}
    assert Batch.objects.filter(refused__gt=0).count() == 1
    assert Reconciliation.objects.filter(found__isnull=False).exists()
    assert states(IssueJob) >= {"done", "stopped"}
    assert states(ParkedRefund) >= {"waiting", "dismissed"}
    assert states(Hold) >= {"captured", "voided"}
    assert states(Cycle) == {"closed", "open"}
    assert states(Dispute) == {"open", "upheld"}
    assert states(CreditNote) == {"approved", "proposed"}
    assert states(EarningReview) == {"waiting", "approved", "refused"}
    waiting = EarningReview.objects.filter(state="waiting")
    assert waiting.values("merchant").distinct().count() == 3
    assert waiting.filter(needs_two=True, first_by__username="operator").exists()
    assert states(ShareConsent) == {"asked", "agreed", "declined"}
    own = Clerk.objects.get(user__username="owner").merchant
    assert set(ShareConsent.objects.filter(merchant=own).values_list("state", flat=True)) == {
        "asked",
        "agreed",
        "declined",
    }
    assert states(BudgetChange) == {"approved", "proposed"}
    assert states(RedemptionConflict) == {"appealed"}
    assert StatementPayment.objects.exists()
    assert Statement.objects.exclude(due=0).filter(payments=None).exists()
    assert Redemption.objects.filter(reversed_at__isnull=False).exists()
    assert LogEntry.objects.count() > 5
    assert states(Order) == {"paid", "closed"}
    assert states(PaymentRefund) == {"succeeded", "abnormal"}
    assert states(RefundProposal) == {"proposed"}
    assert states(ChannelBill) == {"reconciled"}
    assert set(BillDifference.objects.values_list("kind", flat=True)) == {
        "missing_here",
        "amount_differs",
    }
    assert states(MallPayment) == {"credited", "waiting_for_store", "waiting_for_member"}
    assert states(MallRefund) == {"applied", "refused"}
    assert set(CarParkImport.objects.values_list("created", "refused")) == {(1, 1)}
    assert states(Stay) == {"open", "closed", "lost_exit", "missing_entry", "merged"}
    assert states(Reservation) == {
        *("held", "confirmed", "arrived", "completed"),
        *("cancelled", "expired", "no_show", "relocated"),
    }
    assert states(NoShowContest) == {"open", "rejected"}
    assert states(PlateDispute) == {"open"}
    assert states(CarParkClosing) == {"done"}
    assert PoolSlot.objects.filter(over_by__gt=0).exists()
    assert RefusedReading.objects.count() == 4
    assert OccupancyReading.objects.filter(is_clamped=True).exists()


def test_what_people_did_breaks_no_promise(district):
    assert list(invariants.offences()) == []
    assert invariants.findings({**COUPONS, **ISSUING, **OFFLINE}) == []


def test_each_chapter_is_played_once(district):
    assert list(Chapter.objects.order_by("pk").values_list("name", flat=True)) == [
        name for name, _act in all_chapters()
    ]
    assert not OutboxRow.objects.filter(set_aside_at__isnull=False).exists()
    cache.clear()


def test_its_merchants_differ_in_grade(district):
    """A needs more ratings than so small a town has."""
    latest = CreditSnapshot.objects.latest("as_of").as_of
    grades = set(CreditSnapshot.objects.filter(as_of=latest).values_list("grade", flat=True))

    assert grades >= {Grade.B, Grade.C, Grade.E, Grade.SUSPENDED, None}
