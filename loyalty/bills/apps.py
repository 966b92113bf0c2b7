from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillsConfig(AppConfig):
    name = "loyalty.bills"
    label = "bills"
    verbose_name = _("小票核对")

    def ready(self) -> None:
        from loyalty import audits, refused  # noqa: PLC0415 - the apps are not loaded before
        from loyalty.bills.audits import BILLS  # noqa: PLC0415
        from loyalty.bills.services import queue_refused_bill  # noqa: PLC0415

        audits.watch(BILLS)
        refused.hear(queue_refused_bill)
