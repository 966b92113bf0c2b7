"""What merchants did in the course of the year, once all their receipts are posted."""

from datetime import timedelta

from district.demo.merchant_setup import start_of
from district.demo.plan import Plan
from district.demo.plan.demand_calendar import DAYS
from district.demo.plan.merchants import PlannedMerchant
from district.kernel import clock
from district.members.models import User
from district.merchants import services as merchants
from district.merchants.models import Merchant, Store
from loyalty import services as loyalty

REASON = "资质证照过期，待补交材料"


def apply_merchant_changes(plan: Plan, *, by: User) -> None:
    """Who left has left, who closed has closed, and what was due has expired."""
    for planned in plan.merchants:
        _end_membership(plan, planned, by)
        for store in planned.stores:
            if store.closed is not None:
                with clock.travel_to(start_of(plan, store.closed) + timedelta(hours=10)):
                    merchants.close_store(store=Store.objects.get(name=store.name), by=by)
    with clock.travel_to(start_of(plan, DAYS)):
        while loyalty.sweep_accounts():
            pass


def _end_membership(plan: Plan, planned: PlannedMerchant, by: User) -> None:
    merchant = Merchant.objects.get(uscc=planned.uscc)
    if planned.until is not None:
        merchants.withdraw_merchant(merchant=merchant, by=by, at=start_of(plan, planned.until))
    if planned.suspended is not None:
        with clock.travel_to(start_of(plan, planned.suspended) + timedelta(hours=9)):
            merchants.suspend_merchant(merchant=merchant, reason=REASON, by=by)
