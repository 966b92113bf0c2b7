"""Which coupons can be used at a store, and at which stores one can be used."""

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import BooleanField, Exists, F, Func, Model, OuterRef, QuerySet, Value

from coupons.engine.benefits import AppliesTo, kinds_for
from coupons.models import TemplateVersion
from district.merchants.models import Store
from district.merchants.queries import directory

Row = TypeVar("Row", bound=Model)


class HoldsAt(Func):
    """`coupons_holds_at` of sql/scope.sql, of a scope and a store's four names."""

    function, arity = "coupons_holds_at", 5
    output_field = BooleanField()


_NAMES = (F("public_id"), F("merchant__public_id"), F("trade__code"), F("venue__public_id"))


def usable_at(
    rows: QuerySet[Row], *, version: str, at: datetime, store: str = "", merchant: str = ""
) -> QuerySet[Row]:
    """Of rows whose version stands at the path `version` ("" for versions themselves) those that hold
    at this open store of the alliance, or at any of this merchant's. What is used on stays alone holds at none."""
    if not store and not merchant:
        return rows
    path = f"{version}__" if version else ""
    stores = directory.stores(at=at, merchant=merchant)
    if store:
        stores = stores.filter(public_id=store)
    held = stores.filter(HoldsAt(OuterRef(f"{path}scope"), *_NAMES))
    return rows.filter(Exists(held), **{f"{path}kind__in": kinds_for(AppliesTo.BILL)})


def stores_of(version: TemplateVersion, *, at: datetime, **wanted: Any) -> QuerySet[Store]:
    """The open stores of the alliance at which a version holds; `wanted` as for the directory."""
    stores = directory.stores(at=at, **wanted)
    if version.kind not in kinds_for(AppliesTo.BILL):
        return stores.none()
    scope = Value(version.scope, output_field=TemplateVersion._meta.get_field("scope"))
    return stores.filter(HoldsAt(scope, *_NAMES))
