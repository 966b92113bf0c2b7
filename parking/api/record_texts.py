"""A member's record in words."""

from typing import Any

from django.utils.translation import gettext as _

from parking.reservations.record import ParkingRecord, RecordFact, RecordLine


def record_body(record: ParkingRecord) -> dict[str, Any]:
    """What ParkingRecordOut shows."""
    return {
        "is_good": record.is_good,
        "needs_deposit": not record.is_good,
        "pays_after_leaving": record.pays_after_leaving,
        "lines": [
            {**vars(line), "fact": line.fact.value, "text": _text(line)} for line in record.lines
        ],
    }


def _text(line: RecordLine) -> str:
    words = {
        RecordFact.COMPLETED: _("近 180 天按预约停车 {count} 次，满 {needed} 次即可免定金。"),
        RecordFact.NO_SHOWS: _("近 180 天预约未到场 {count} 次，不超过 {needed} 次即可免定金。"),
        RecordFact.UNPAID_HOLDS: _(
            "近 180 天未按时支付定金 {count} 次，不超过 {needed} 次即可免定金。"
        ),
        RecordFact.PAID_LATE: _(
            "近 180 天未按时补缴停车费 {count} 次，不超过 {needed} 次即可免定金、先离场后付费。"
        ),
        RecordFact.UNPAID_ARREARS: _(
            "目前有 {count} 笔逾期未付的停车费，付清后即可预约、先离场后付费。"
        ),
    }
    return words[line.fact].format(count=line.count, needed=line.needed)
