"""Where a row's merchants stand, as its screen declares it, and what names somebody: for the tests of who may reach it."""

from django.contrib import admin

from district.members.models import Member
from district.merchants.scope import MerchantScopedAdmin
from loyalty.models import Transfer
from tests.admin.two_merchants import PHONE

# The paths from a row to its merchants, of every screen that a merchant's people may use.
MERCHANT_PATHS = {
    model: screen.merchant_paths
    for model, screen in admin.site._registry.items()
    if isinstance(screen, MerchantScopedAdmin)
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
    return MERCHANT_PATHS.get(model, ())


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
    """Who settles with each other is named on both sides' papers, and a shop may pay for parking in car parks of
    others, which everybody knows; nowhere else."""
    named = ("/admin/settlement/", "/admin/parking/validationrule/add-rule/")
    return {two_merchants.first.merchant.name} if address.startswith(named) else set()
