from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReceiptPhotosConfig(AppConfig):
    name = "loyalty.receipt_photos"
    label = "bills"
    verbose_name = _("小票核对")

    def ready(self) -> None:
        from django.conf import settings  # noqa: PLC0415 - the apps are not loaded before

        from district.kernel.http.api_guard import set_body_limit  # noqa: PLC0415
        from loyalty import hooks, invariants  # noqa: PLC0415
        from loyalty.receipt_photos.invariants import RECEIPT_PHOTOS  # noqa: PLC0415
        from loyalty.receipt_photos.services import queue_refused_purchase  # noqa: PLC0415

        set_body_limit("/api/v1/me/receipts", settings.PHOTO_LIMIT)
        invariants.register_queries(RECEIPT_PHOTOS)
        hooks.on_purchase_refused(queue_refused_purchase)
