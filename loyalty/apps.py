from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp, TimedTask


class LoyaltyConfig(DistrictApp):
    name = "loyalty"
    verbose_name = _("联盟积分")
    api = "loyalty.api.urls"
    timetable = {
        "forget old counters": TimedTask("loyalty.forget_counters", crontab(hour=4, minute=55)),
        "sweep accounts": TimedTask("loyalty.sweep_accounts", crontab(minute="*/10")),
        "match refunds": TimedTask("loyalty.match_parked_refunds", crontab(minute="*/10")),
        "watch prefunds": TimedTask("loyalty.watch_prefunds", crontab(minute="*/5")),
        "advance rollup": TimedTask("loyalty.advance_rollup", 60.0),
        # When people are awake; the day's ends themselves came at midnight.
        "warn of expiry": TimedTask("loyalty.warn_of_expiry", crontab(hour=10, minute=5)),
        "run audit": TimedTask("loyalty.run_audit", crontab(hour=3, minute=30)),
    }
    invariants = "loyalty.invariants"
    warnings = {
        "ledger_audit": "loyalty.health_warnings.ledger_audit_warning",
        "receipts_waiting": "loyalty.health_warnings.waiting_receipts_warning",
    }
    permissions = {
        "view_receipts": frozenset({"manager", "cashier", "finance"}),
        "view_clearing": frozenset({"finance"}),
        "post_refunds": frozenset({"manager"}),
        "settle_bills": frozenset({"manager"}),
    }
    enum_names = {
        "TransferKindEnum": "loyalty.models.Transfer.Kind",
        "HoldStateEnum": "loyalty.models.Hold.State",
        "HoldPurposeEnum": "loyalty.models.Hold.Purpose",
        "ReviewStateEnum": "loyalty.models.EarningReview.State",
        "CeilingEnum": "loyalty.models.EarningReview.Ceiling",
    }
