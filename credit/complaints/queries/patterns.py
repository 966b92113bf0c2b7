"""What an officer may look at of a complaint: who else said the same, of what, for how much."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from credit.complaints.abuse_patterns import SIMILAR_FROM, shingles, similarity
from credit.complaints.models import AbuseLabel, CaseEventRow, CaseFile, CasePattern
from district.kernel import clock
from district.members import phones
from district.members.errors import PhoneNotSupported
from district.members.models import Member
from district.merchants.models import Merchant

Pattern = tuple[str, int | None, dict[str, Any]]
_LOOKED_BACK = timedelta(days=90)
_MOST_COMPARED = 2_000
_MANY_STORES = 3
_HIGHEST_DEMAND = 3


def unlooked_cases() -> "QuerySet[CaseFile]":
    """Complaints that nobody looked for patterns in, the oldest first."""
    rows = CaseFile.objects.filter(kind=CaseFile.Kind.COMPLAINT, looked_for_patterns=False)
    return rows.select_related("member", "walk_in", "store").order_by("pk")


def patterns_of(case: CaseFile) -> Iterator[Pattern]:
    """Kind, the case beside it, and facts of each pattern; of others only what was filed before."""
    earlier = CaseFile.objects.filter(
        kind=CaseFile.Kind.COMPLAINT,
        pk__lt=case.pk,
        filed_at__gte=case.filed_at - _LOOKED_BACK,
        retaliation_of=None,
    )
    if case.receipt_id is not None:
        for other in earlier.filter(receipt=case.receipt_id):
            yield "same_purchase", other.pk, {}
    if case.paid_fen and case.amount_fen > _HIGHEST_DEMAND * case.paid_fen:
        yield "high_demand", None, {"amount_fen": case.amount_fen, "paid_fen": case.paid_fen}
    yield from _text_patterns(case, earlier)
    yield from _phone_patterns(case, earlier)


def live_label(member: int) -> AbuseLabel | None:
    """The label of a shopper that lasts longest, None where there is none now."""
    rows = AbuseLabel.objects.filter(member=member, lifted_at=None, ends_at__gt=clock.now())
    return rows.order_by("-ends_at").first()


def open_patterns(case: CaseFile) -> "QuerySet[CasePattern]":
    """What nobody has set aside, the oldest first."""
    rows = CasePattern.objects.filter(case=case, dismissed_at=None)
    return rows.select_related("other").order_by("pk")


def _text_patterns(case: CaseFile, earlier: "QuerySet[CaseFile]") -> Iterator[Pattern]:
    first = CaseEventRow.objects.filter(seq=1, note__isnull=False)
    text = first.filter(case=case).values_list("note", flat=True).first()
    own = shingles(text or "")
    if not own:
        return
    recent = first.filter(case__in=earlier.order_by("-pk")[:_MOST_COMPARED])
    stores = {case.store_id}
    for pk, store, note in recent.order_by("case").values_list("case", "case__store", "note"):
        share = similarity(own, shingles(note or ""))
        if share >= SIMILAR_FROM:
            stores.add(store)
            yield "similar_text", pk, {"percent": round(100 * share)}
    if len(stores) >= _MANY_STORES:
        yield "many_stores", None, {"stores": len(stores)}


def _phone_patterns(case: CaseFile, earlier: "QuerySet[CaseFile]") -> Iterator[Pattern]:
    found_by = case.walk_in.contact_hash if case.walk_in else case.shopper.phone_hash
    if found_by is None:
        return
    others = Member.objects.filter(phone_hash=found_by)
    same_phone = Q(member__in=others) | Q(walk_in__contact_hash=found_by)
    own = Q(member__isnull=False, member=case.member_id) | Q(
        walk_in__isnull=False, walk_in=case.walk_in_id
    )
    for other in earlier.filter(same_phone).exclude(own):
        yield "shared_phone", other.pk, {}
    contacts = Merchant.objects.exclude(contact_phone="").values_list("pk", "contact_phone")
    for merchant, phone in contacts:
        try:
            is_same = phones.phone_hash(phones.normalised(phone)) == bytes(found_by)
        except PhoneNotSupported:
            continue
        if is_same:
            yield "related_staff", None, {"merchant": merchant}
