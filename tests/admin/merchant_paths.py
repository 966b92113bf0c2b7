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
from loyalty.receipt_batches.models import Batch, Reconciliation
from loyalty.receipt_photos.models import ReceiptConflict, ReceiptPhoto
from loyalty.settlement.models import Charge, CreditNote, Dispute, Line, Payment, Statement
from tests.admin.two_merchants import PHONE

# Where a row's merchant stands, kept apart from the code under test; None: no clerk sees any row.
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
    ReceiptPhoto: "merchant",
    Batch: "merchant",
    IssueJob: "version__template__merchant",
    Reconciliation: "merchant",
    ReceiptConflict: "merchant",
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


def foreign_rows(two_merchants, model):
    """Rows the second merchant's people must not reach."""
    rows = model._default_manager.all()
    for path in paths_of(model):
        rows = rows.exclude(**{path: two_merchants.second.merchant.pk})
    return rows


def own_rows(two_merchants, model):
    """Rows of the second merchant; those still weighed by the operators are nobody's yet."""
    rows = model._default_manager.none()
    for path in paths_of(model):
        rows = rows | model._default_manager.filter(**{path: two_merchants.second.merchant.pk})
    return rows


def paths_of(model):
    return SIDES.get(model) or ([MERCHANT[model]] if model in MERCHANT else [])


def identifying_texts(two_merchants):
    """Words that stand only on the first merchant's rows, or name a person."""
    first = two_merchants.first
    return {
        first.merchant.name,
        first.merchant.public_id,
        first.store.public_id,
        first.key.prefix,
        *Transfer.objects.exclude(merchant=two_merchants.second.merchant).values_list(
            "public_id", flat=True
        ),
        *Member.objects.values_list("nickname", flat=True),
        PHONE.removeprefix("+86"),
        "138****5678",
    }


def leaks(text, two_merchants):
    return named_in(text, identifying_texts(two_merchants))


def named_in(text, marked):
    return {mark for mark in marked if mark and mark in text}


def may_name(two_merchants, address):
    """Who settles with each other is named on both sides' papers; nowhere else."""
    return (
        {two_merchants.first.merchant.name} if address.startswith("/admin/settlement/") else set()
    )
