"""The list of institutions, and referrals of merchants to them."""

from django.db import transaction
from django.db.models import F

from credit.financing.errors import InstitutionStopped, ReferralDone, ReferralOpen
from credit.financing.models import PartnerInstitution, Referral
from district.kernel import audit, clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.models import Merchant


@transaction.atomic
def add_institution(*, name: str, kind: str, contact: str, by: User | None) -> PartnerInstitution:
    """An institution by its name; there already, it has these words from now on."""
    terms = {"kind": kind, "contact": contact}
    row, is_new = PartnerInstitution.objects.update_or_create(name=name, defaults=terms)
    audit.record(
        by=by,
        verb="add_institution" if is_new else "change_institution",
        subject=f"financing.partnerinstitution:{row.pk}",
    )
    return row


@transaction.atomic
def set_institution_active(
    *, institution: PartnerInstitution, is_active: bool, by: User | None
) -> PartnerInstitution:
    """It works with the district, or no more: then it opens no report. The same again changes nothing."""
    row = PartnerInstitution.objects.select_for_update(no_key=True).get(pk=institution.pk)
    if row.is_active != is_active:
        row.is_active = is_active
        row.save(update_fields=["is_active"])
        audit.record(
            by=by,
            verb="resume_institution" if is_active else "stop_institution",
            subject=f"financing.partnerinstitution:{row.pk}",
        )
    return row


@transaction.atomic
def rotate_access_code(
    *, institution: PartnerInstitution, by: User | None, key: Key
) -> PartnerInstitution:
    """A new access code; those before open nothing from now on. Raises KeyReused."""
    if (earlier := claim_key(key)) is not None:
        return PartnerInstitution.objects.get(pk=earlier)
    PartnerInstitution.objects.filter(pk=institution.pk).update(token_number=F("token_number") + 1)
    store_result(key, institution.pk)
    audit.record(
        by=by,
        verb="rotate_access_code",
        subject=f"financing.partnerinstitution:{institution.pk}",
    )
    return PartnerInstitution.objects.get(pk=institution.pk)


@transaction.atomic
def ask_referral(
    *, merchant: Merchant, institution: PartnerInstitution, wish: str, by: User, key: Key
) -> Referral:
    """The merchant asks to be referred. Raises InstitutionStopped, KeyReused, ReferralOpen."""
    if (earlier := claim_key(key)) is not None:
        return Referral.objects.get(pk=earlier)
    Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    if not PartnerInstitution.objects.get(pk=institution.pk).is_active:
        raise InstitutionStopped
    if Referral.objects.filter(merchant=merchant, institution=institution, outcome="").exists():
        raise ReferralOpen
    row = Referral.objects.create(
        merchant=merchant, institution=institution, wish=wish, asked_by=by, asked_at=clock.now()
    )
    store_result(key, row.pk)
    audit.record(by=by, verb="ask_referral", subject=f"financing.referral:{row.pk}")
    return row


@transaction.atomic
def record_referral_outcome(
    *, referral: Referral, outcome: str, note: str = "", by: User
) -> Referral:
    """What came of it, once; the same again changes nothing. Raises ReferralDone."""
    row = Referral.objects.select_for_update(no_key=True).get(pk=referral.pk)
    if row.outcome:
        if (row.outcome, row.outcome_note) == (outcome, note):
            return row
        raise ReferralDone
    row.outcome, row.outcome_note = outcome, note
    row.recorded_by, row.recorded_at = by, clock.now()
    row.save(update_fields=["outcome", "outcome_note", "recorded_by", "recorded_at"])
    audit.record(
        by=by,
        verb="record_referral_outcome",
        subject=f"financing.referral:{row.pk}",
        outcome=outcome,
    )
    return row
