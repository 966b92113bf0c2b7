from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp, TimedTask


class ReceiptBatchesConfig(DistrictApp):
    name = "loyalty.receipt_batches"
    label = "batches"
    verbose_name = _("批量上传与对账")
    api = "loyalty.receipt_batches.api.urls"
    timetable = {
        # A batch whose wake-up was lost, or whose worker died.
        "take up batches": TimedTask("batches.process", 20.0),
        "forget old batches": TimedTask("batches.purge", crontab(hour=4, minute=40)),
    }
    invariants = "loyalty.receipt_batches.invariants"
    permissions = {"upload_batches": frozenset({"manager"})}
    body_limits = {r"/api/v1/till/batches/[^/]+/content": "BATCH_LIMIT"}
    enum_names = {
        "BatchStateEnum": "loyalty.receipt_batches.models.Batch.State",
        "BatchFormatEnum": "loyalty.receipt_batches.models.Batch.Format",
        "RowStateEnum": "loyalty.receipt_batches.models.RowResult.State",
        "RowKindEnum": "loyalty.receipt_batches.models.RowResult.Kind",
        "DifferenceKindEnum": "loyalty.receipt_batches.models.Difference.Kind",
        "DifferenceWhatEnum": "loyalty.receipt_batches.models.Difference.What",
    }
