"""Whether a credit code is good now, and how often it is opened."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Sum

from credit.code_links import is_signed
from credit.models import CreditCode, StoreScanCount
from credit.values import CodeStatus
from district.kernel.database.ids import looks_like
from district.kernel.errors import NotFound
from district.merchants.models import Merchant, Store, Venue


@dataclass(frozen=True, slots=True)
class CheckedCode:
    code: CreditCode
    status: CodeStatus
    # None where the caller had no signature to check, as behind a mini-program code.
    is_signature_right: bool | None

    @property
    def store(self) -> Store:
        return self.code.store


def check_code(public_id: str, *, version: str | None, signature: str | None) -> CheckedCode:
    """The code and what it says now; with neither version nor signature that one is not checked. Raises NotFound."""
    rows = CreditCode.objects.select_related("store__merchant", "store__venue", "store__trade")
    code = rows.filter(public_id=public_id).first() if looks_like("crc", public_id) else None
    if code is None:
        raise NotFound
    right = None
    if version is not None or signature is not None:
        right = is_signed(public_id, version or "", signature or "")
    return CheckedCode(code, _status(code, is_signature_right=right), right)


def _status(code: CreditCode, *, is_signature_right: bool | None) -> CodeStatus:
    if is_signature_right is False:
        return CodeStatus.SIGNATURE_WRONG
    if code.state == CreditCode.State.REVOKED:
        return CodeStatus.REVOKED
    if code.state == CreditCode.State.ROTATED:
        return CodeStatus.ROTATED
    if code.store.state == Store.State.CLOSED:
        return CodeStatus.STORE_CLOSED
    if code.store.merchant.state == Merchant.State.SUSPENDED:
        return CodeStatus.MERCHANT_SUSPENDED
    return CodeStatus.VALID


def live_codes(venue: Venue) -> "QuerySet[CreditCode]":
    """What there is to print for a venue, floor by floor."""
    rows = CreditCode.objects.filter(
        state=CreditCode.State.LIVE, store__venue=venue, store__state=Store.State.OPEN
    )
    return rows.select_related("store__merchant", "store__venue").order_by(
        "store__floor", "store__name_key", "pk"
    )


def scans_by_day(store: Store, since: date) -> list[tuple[date, int]]:
    """The days with scans of a store's codes, the newest first."""
    rows = StoreScanCount.objects.filter(store=store, day__gte=since).values("day")
    return list(rows.annotate(scans=Sum("count")).order_by("-day").values_list("day", "scans"))
