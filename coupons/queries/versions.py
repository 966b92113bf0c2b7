"""What a template version says, known by heart: once submitted it never changes."""

from dataclasses import dataclass, field

from django.db import connection

from coupons.engine.audience import Audience
from coupons.engine.benefits import Benefit, CashOff, FreeParking, Gift, PercentOff
from coupons.engine.eligibility import UsageTerms
from coupons.engine.funding import REDEEMER, Share
from coupons.engine.scopes import CouponScope
from coupons.engine.stacking import Stacking
from coupons.engine.times import Times
from coupons.engine.validity import Fixed, Relative, Validity
from coupons.models import TemplateVersion
from district.merchants.models import Merchant

PLATFORM, MERCHANT = "platform", "merchant"


@dataclass(frozen=True, slots=True)
class VersionTerms:
    """A submitted version: what it grants, to whom, where, when and at whose cost."""

    pk: int
    public_id: str
    template: int
    merchant: int | None
    name: str
    kind: str
    usage: UsageTerms
    validity: Validity
    audience: Audience
    stacking: Stacking
    uses: int
    partial: bool
    per_member: int
    per_member_day: int | None
    claimable: bool
    points_price: int | None
    exchange_undo_minutes: int | None
    at_counter: bool
    transferable: bool
    offline: str
    replacement_days: int
    shares: tuple[Share, ...]
    rest_to: int = field(default=0)

    @property
    def level(self) -> str:
        return PLATFORM if self.merchant is None else MERCHANT

    @property
    def max_cost_fen(self) -> int:
        """The most one use may cost, in fen."""
        return self.usage.benefit.max_cost_fen()

    @property
    def reserve(self) -> int:
        """The most a coupon may cost in all, in fen."""
        return self.max_cost_fen if self.partial else self.max_cost_fen * self.uses

    @property
    def value_fen(self) -> int | None:
        """What a coupon that is used up in parts begins with, in fen."""
        return self.max_cost_fen if self.partial else None


_known: dict[tuple[str, int], VersionTerms] = {}
_MOST_KNOWN = 5_000


def version_terms(pk: int) -> VersionTerms:
    """What a version says. A draft's is read each time, because it may change."""
    key = (str(connection.settings_dict["NAME"]), pk)
    if key in _known:
        return _known[key]
    row = TemplateVersion.objects.select_related("template").get(pk=pk)
    terms = version_terms_from_row(row)
    if row.state != TemplateVersion.State.DRAFT:
        if len(_known) > _MOST_KNOWN:
            _known.clear()
        _known[key] = terms
    return terms


def version_terms_from_row(row: TemplateVersion) -> VersionTerms:
    """The same of a row at hand."""
    alliance = Merchant.objects.filter(kind=Merchant.Kind.ALLIANCE).values_list("pk", flat=True)
    return VersionTerms(
        pk=row.pk,
        public_id=row.public_id,
        template=row.template_id,
        merchant=row.template.merchant_id,
        name=row.template.name,
        kind=row.kind,
        usage=usage_terms_of(row),
        validity=validity_of(row),
        audience=Audience.of(row.audience),
        stacking=Stacking(row.stacking),
        uses=row.uses,
        partial=row.partial,
        per_member=row.per_member,
        per_member_day=row.per_member_day,
        claimable=row.claimable,
        points_price=row.points_price,
        exchange_undo_minutes=row.exchange_undo_minutes,
        at_counter=row.at_counter,
        transferable=row.transferable,
        offline=row.offline,
        replacement_days=row.replacement_days,
        shares=tuple(
            Share(share.party_id or REDEEMER, share.bp) for share in row.funding.order_by("pk")
        ),
        # It is made when the first version is submitted.
        rest_to=alliance.first() or 0,
    )


def usage_terms_of(row: TemplateVersion) -> UsageTerms:
    """What a version grants, where and when; the row need not be stored."""
    return UsageTerms(_benefit(row), CouponScope.of(row.scope), Times.of(row.times))


def _benefit(row: TemplateVersion) -> Benefit:
    match row.kind:
        case TemplateVersion.Kind.CASH_OFF:
            return CashOff(row.face_fen, row.threshold_fen, partial=row.partial)
        case TemplateVersion.Kind.PERCENT_OFF:
            return PercentOff(row.off_bp, row.cap_fen, row.threshold_fen)
        case TemplateVersion.Kind.GIFT:
            return Gift(row.gift, row.face_fen, row.threshold_fen)
    return FreeParking(row.parking_minutes, row.face_fen, row.threshold_fen)


def validity_of(row: TemplateVersion) -> Validity:
    """For how long a coupon of a version is good; the row need not be stored."""
    if row.valid_from is not None and row.valid_until is not None:
        return Fixed(row.valid_from, row.valid_until)
    assert row.days_from is not None
    assert row.days is not None
    return Relative(row.days_from, row.days)
