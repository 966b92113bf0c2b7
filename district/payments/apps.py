from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp, TimedTask


class PaymentsConfig(DistrictApp):
    name = "district.payments"
    verbose_name = _("支付")
    api = "district.payments.api.urls"
    # Channels want an address without a query, and without our versions.
    public_urls = {"": "district.payments.web"}
    timetable = {
        "call payment channels": TimedTask("payments.call_channels", 10.0),
        "reconcile payments": TimedTask("payments.reconcile", crontab(minute="*/20")),
    }
    listeners = "district.payments.listeners"
    inbox = "district.payments.inbox"
    invariants = "district.payments.invariants"
    demo = "district.payments.demo"
    permissions = {"view_payments": frozenset({"finance"})}
    rate_limits = {"pay_member": (30, 60)}
    enum_names = {
        "PaymentOrderStateEnum": "district.payments.models.Order.State",
        "PaymentRefundStateEnum": "district.payments.models.PaymentRefund.State",
    }
    warnings = {"payments": "district.payments.health_warnings.payments_warning"}
