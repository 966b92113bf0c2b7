from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp, TimedTask


class ReceiptPhotosConfig(DistrictApp):
    name = "loyalty.receipt_photos"
    label = "bills"
    verbose_name = _("小票核对")
    api = "loyalty.receipt_photos.api.urls"
    timetable = {
        "sweep photographs": TimedTask("bills.sweep_photos", crontab(hour=3, minute=40)),
        "find look-alike bills": TimedTask("bills.find_look_alikes", crontab(hour=3, minute=50)),
    }
    invariants = "loyalty.receipt_photos.invariants"
    rate_limits = {"photo_member": (6, 60), "photo_member_day": (40, 86_400)}
    body_limits = {"/api/v1/me/receipts": "PHOTO_LIMIT"}
    enum_names = {"PhotoStateEnum": "loyalty.receipt_photos.models.ReceiptPhoto.State"}

    def ready(self) -> None:
        super().ready()
        from loyalty import hooks  # noqa: PLC0415 - models load only now
        from loyalty.receipt_photos.services import queue_refused_purchase  # noqa: PLC0415

        hooks.on_purchase_refused(queue_refused_purchase)
