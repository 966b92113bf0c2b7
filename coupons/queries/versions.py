"""What a template version says, known by heart: once submitted it never changes."""

from dataclasses import replace

from coupons.engine.audience import Audience
from coupons.engine.benefits import benefit_of_row
from coupons.engine.funding import REDEEMER, Share
from coupons.engine.schedule import Schedule
from coupons.engine.scope import CouponScope
from coupons.engine.terms import MERCHANT, PLATFORM, Stacking, Terms
from coupons.engine.validity import Fixed, Relative, Validity
from coupons.models import TemplateVersion
from district.kernel.database.process_cache import ProcessCache
from district.merchants.models import Merchant

_terms = ProcessCache[int, Terms](max_entries=5_000)


def version_terms(pk: int) -> Terms:
    """What a version says. A draft's is read each time, because it may change."""
    if (cached := _terms.get(pk)) is not None:
        return cached
    row = TemplateVersion.objects.select_related("template").get(pk=pk)
    terms = version_terms_from_row(row)
    if row.state != TemplateVersion.State.DRAFT:
        _terms.store(pk, terms)
    return terms


def version_terms_from_row(row: TemplateVersion) -> Terms:
    """The same of a row at hand."""
    alliance = Merchant.objects.filter(kind=Merchant.Kind.ALLIANCE).values_list("pk", flat=True)
    merchant = row.template.merchant_id
    return replace(
        terms_of_row(row),
        pk=row.pk,
        template=row.template_id,
        merchant=merchant,
        level=PLATFORM if merchant is None else MERCHANT,
        name=row.template.name,
        shares=tuple(
            Share(share.party_id or REDEEMER, share.bp) for share in row.funding.order_by("pk")
        ),
        # It is made when the first version is submitted.
        rest_to=alliance.first() or 0,
    )


def terms_of_row(row: TemplateVersion) -> Terms:
    """What the columns of a version say, which need not be stored: whose it is and who pays do not stand
    in them."""
    return Terms(
        benefit=benefit_of_row(row),
        scope=CouponScope.of(row.scope),
        schedule=Schedule.of(row.times),
        stacking=Stacking(row.stacking),
        uses=row.uses,
        public_id=row.public_id,
        validity=validity_of(row),
        audience=Audience.of(row.audience),
        per_member=row.per_member,
        per_member_day=row.per_member_day,
        claimable=row.claimable,
        points_price=row.points_price,
        exchange_undo_minutes=row.exchange_undo_minutes,
        at_counter=row.at_counter,
        transferable=row.transferable,
        offline=row.offline,
        replacement_days=row.replacement_days,
    )


def validity_of(row: TemplateVersion) -> Validity:
    """For how long a coupon of a version is good; the row need not be stored."""
    if row.valid_from is not None and row.valid_until is not None:
        return Fixed(row.valid_from, row.valid_until)
    assert row.days_from is not None
    assert row.days is not None
    return Relative(row.days_from, row.days)
