"""Where a row's merchant stands, and what names somebody, for the tests of who may reach it."""

from coupons.issuing.models import IssueJob
from coupons.models import MemberTag, Redemption, ShareConsent, TemplateVersion
from coupons.offline.models import LogEntry, RedemptionConflict, Terminal
from district.members.models import Member
from district.merchants.models import (
    AllianceMembership,
    Clerk,
    Merchant,
    Store,
    TillKey,
)
from loyalty.batches.models import Batch, Reconciliation
from loyalty.bills.models import BillConflict, BillPhoto
from loyalty.models import (
    Debt,
    Draw,
    EarningReview,
    Hold,
    IssueBudget,
    Lot,
    MerchantCeilings,
    MerchantTerms,
    ParkedRefund,
    Receipt,
    Refund,
    Restore,
    Transfer,
)
from loyalty.settlement.models import Charge, CreditNote, Dispute, Line, Payment, Statement
from tests.admin.scene import PHONE

# Where a row's merchant stands, told apart from the code under test; None: no clerk sees any row.
MERCHANT = {
    AllianceMembership: "merchant",
    Clerk: "merchant",
    Merchant: "pk",
    Store: "merchant",
    TillKey: "merchant",
    EarningReview: "merchant",
    MerchantCeilings: "merchant",
    MerchantTerms: "merchant",
    IssueBudget: "merchant",
    Receipt: "merchant",
    BillPhoto: "merchant",
    Batch: "merchant",
    IssueJob: "version__template__merchant",
    Reconciliation: "merchant",
    BillConflict: "merchant",
    Transfer: "merchant",
    Hold: "merchant",
    Refund: "merchant",
    ParkedRefund: "merchant",
    Debt: "carrier",
    Statement: "merchant",
    Payment: "merchant",
    Dispute: "merchant",
    Lot: "issuer",
    Draw: "redeemer",
    Restore: "draw__redeemer",
    TemplateVersion: "template__merchant",
    Redemption: "merchant",
    ShareConsent: "merchant",
    MemberTag: "merchant",
    Terminal: "store__merchant",
    LogEntry: "terminal__store__merchant",
    RedemptionConflict: "merchant",
}
# What has two sides.
SIDES = {
    Line: ("issuer", "redeemer"),
    Charge: ("payer", "payee"),
    CreditNote: ("payer", "payee"),
}


def foreign_rows(scene, model):
    """Rows the second merchant's people must not reach."""
    rows = model._default_manager.all()
    for path in paths_of(model):
        rows = rows.exclude(**{path: scene.second.merchant.pk})
    return rows


def own_rows(scene, model):
    """Rows of the second merchant; those still weighed by the operators are nobody's yet."""
    rows = model._default_manager.none()
    for path in paths_of(model):
        rows = rows | model._default_manager.filter(**{path: scene.second.merchant.pk})
    return rows


def paths_of(model):
    return SIDES.get(model) or ([MERCHANT[model]] if model in MERCHANT else [])


def marks(scene):
    """Words that stand only on the first merchant's rows, or name a person."""
    first = scene.first
    return {
        first.merchant.name,
        first.merchant.public_id,
        first.store.public_id,
        first.key.prefix,
        *Transfer.objects.exclude(merchant=scene.second.merchant).values_list(
            "public_id", flat=True
        ),
        *Member.objects.values_list("nickname", flat=True),
        PHONE.removeprefix("+86"),
        "138****5678",
    }


def leaks(text, scene):
    return named_in(text, marks(scene))


def named_in(text, marked):
    return {mark for mark in marked if mark and mark in text}


def may_name(scene, address):
    """Who settles with each other is named on both sides' papers; nowhere else."""
    return {scene.first.merchant.name} if address.startswith("/admin/settlement/") else set()
