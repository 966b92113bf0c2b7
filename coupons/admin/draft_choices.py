"""What a person may choose from in a draft: the operator everything, a merchant its own and what is public."""

from typing import Any

from django.db.models import Q, QuerySet

from coupons.models import TemplateVersion
from district.merchants.models import Merchant, Store, Trade, Venue
from district.merchants.scope import Viewer

Kind = Merchant.Kind


def choices_for(who: Viewer) -> dict[str, list[tuple[str, str]]]:
    """The places of a scope by kind, each as (public id or code, name), by pinyin."""
    merchants = Merchant.objects.filter(kind=Kind.MERCHANT)
    stores = Store.objects.all()
    if not who.operator:
        own = _own(who)
        merchants, stores = merchants.filter(pk__in=own), stores.filter(merchant__in=own)
    return {
        "venues": _pairs(Venue.objects.order_by("name_key"), "public_id"),
        "trades": _pairs(Trade.objects.order_by("sort", "code"), "code"),
        "merchants": _pairs(merchants.order_by("name_key"), "public_id"),
        "stores": _pairs(stores.order_by("name_key"), "public_id"),
    }


def merchants_for(who: Viewer) -> QuerySet[Merchant]:
    """The merchants whose templates the person may draft."""
    merchants = Merchant.objects.filter(kind=Kind.MERCHANT)
    if not who.operator:
        merchants = merchants.filter(pk__in=_own(who))
    return merchants.order_by("name_key")


def payers_for(who: Viewer) -> QuerySet[Merchant]:
    """Who may be named as a payer: funds, of merchants those one may speak for, and by the operator the
    alliance, which bears a part of a merchant's coupon only where it is named."""
    of_merchants = Q(kind=Kind.MERCHANT)
    if not who.operator:
        of_merchants &= Q(pk__in=_own(who))
    others = Q(kind__in=[Kind.FUND, Kind.ALLIANCE] if who.operator else [Kind.FUND])
    return Merchant.objects.filter(others | of_merchants).order_by("kind", "name_key")


def hidden_payers(
    version: TemplateVersion | None, who: Viewer
) -> list[tuple[Merchant | None, int]]:
    """The payers of a version that the person has no field for: they stay."""
    if version is None:
        return []
    visible = set(payers_for(who))
    parties = version.funding.filter(party__isnull=False).select_related("party")
    return [(payer.party, payer.bp) for payer in parties if payer.party not in visible]


def _own(who: Viewer) -> list[int]:
    return [who.post.merchant_id] if who.post else []


def _pairs(rows: QuerySet[Any], key: str) -> list[tuple[str, str]]:
    return list(rows.values_list(key, "name"))
