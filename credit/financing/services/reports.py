"""A merchant's owner gives one institution a report for one purpose, and takes it back."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from credit.financing.access_codes import is_access_code
from credit.financing.errors import (
    InstitutionStopped,
    OwnerNeeded,
    ReportEnded,
    ReportLive,
    ReportTermsInvalid,
)
from credit.financing.models import FinancingReport, PartnerInstitution, ReportStatus, ReportView
from credit.financing.queries import status_of
from credit.financing.report_text import report_text, signed
from district.kernel import audit, clock
from district.kernel.database.ids import looks_like
from district.kernel.errors import NotFound, TokenInvalid
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.models import Clerk, Merchant
from district.merchants.queries import live_post

MOST_DAYS = 90


@transaction.atomic
def issue_report(
    *,
    merchant: Merchant,
    institution: PartnerInstitution,
    purpose: str,
    valid_days: int,
    with_transactions: bool,
    by: User,
    key: Key,
) -> FinancingReport:
    """A signed report of what credit says of the merchant now; the owner consents by asking for it.

    An institution has one live report of a merchant. Raises InstitutionStopped, KeyReused, NothingToReport,
    OwnerNeeded, ReportLive, ReportTermsInvalid.
    """
    if (earlier := claim_key(key)) is not None:
        return FinancingReport.objects.get(pk=earlier)
    _require_owner(by, merchant)
    if not purpose.strip() or valid_days not in range(1, MOST_DAYS + 1):
        raise ReportTermsInvalid(most=MOST_DAYS)
    Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    if not PartnerInstitution.objects.get(pk=institution.pk).is_active:
        raise InstitutionStopped
    at = clock.now()
    earlier_ones = FinancingReport.objects.filter(
        merchant=merchant, institution=institution, revoked_at=None, expires_at__gt=at
    )
    if earlier_ones.exists():
        raise ReportLive
    row = FinancingReport(
        merchant=merchant,
        institution=institution,
        purpose=purpose,
        with_transactions=with_transactions,
        issued_by=by,
        issued_at=at,
        expires_at=at + timedelta(days=valid_days),
    )
    row.consent = _consent(row)
    sealed = signed(report_text(row))
    row.text, row.digest = sealed.text, sealed.digest
    row.key_version, row.signature = sealed.key_version, sealed.signature
    row.save(force_insert=True)
    store_result(key, row.pk)
    audit.record(
        by=by,
        verb="issue_financing_report",
        subject=f"financing.financingreport:{row.pk}",
        institution=institution.public_id,
    )
    return row


@transaction.atomic
def revoke_report(*, report: FinancingReport, by: User) -> FinancingReport:
    """The merchant takes it back; revoked already, it stays so. Raises OwnerNeeded, ReportEnded (expired)."""
    row = FinancingReport.objects.select_for_update(no_key=True).get(pk=report.pk)
    _require_owner(by, row.merchant)
    if row.revoked_at is not None:
        return row
    at = clock.now()
    if row.expires_at <= at:
        raise ReportEnded
    row.revoked_at, row.revoked_by = at, by
    row.save(update_fields=["revoked_at", "revoked_by"])
    audit.record(
        by=by, verb="revoke_financing_report", subject=f"financing.financingreport:{row.pk}"
    )
    return row


@transaction.atomic
def view_report(*, public_id: str, access_code: str) -> FinancingReport:
    """The institution reads its report, and that is kept.

    Raises NotFound, also where the institution was stopped; ReportEnded; TokenInvalid for another institution's code.
    """
    if not looks_like("frp", public_id):
        raise NotFound
    rows = FinancingReport.objects.select_for_update(no_key=True, of=("self",))
    row = rows.select_related("institution").filter(public_id=public_id).first()
    if row is None or not row.institution.is_active:
        raise NotFound
    if not is_access_code(row.institution, access_code):
        raise TokenInvalid
    at = clock.now()
    if status_of(row, at) is not ReportStatus.VALID:
        raise ReportEnded
    ReportView.objects.create(report=row, viewed_at=at)
    return row


def _require_owner(by: User, merchant: Merchant) -> None:
    """Raises OwnerNeeded, also for operators: nobody gives out what is the merchant's."""
    post = live_post(by)
    if post is None or post.merchant_id != merchant.pk or post.role != Clerk.Role.OWNER:
        raise OwnerNeeded


def _consent(report: FinancingReport) -> str:
    """What the owner agrees to, as it is kept."""
    what = (
        _("商圈诚信等级及依据、近十二个月按月交易汇总")
        if report.with_transactions
        else _("商圈诚信等级及依据")
    )
    return _("同意将{what}提供给{institution}，仅用于{purpose}，至{day}止，可随时撤销。").format(
        what=what,
        institution=report.institution.name,
        purpose=report.purpose,
        day=report.expires_at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M"),
    )
