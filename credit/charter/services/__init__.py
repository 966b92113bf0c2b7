"""What can be done with the charter."""

from credit.charter.services.charters import (
    approve_charter,
    give_notice,
    propose_charter,
    reject_charter,
    sign_charter,
)
from credit.charter.services.self_discipline import (
    approve_self_discipline,
    reject_self_discipline,
    report_self_discipline,
)

__all__ = [
    "approve_charter",
    "approve_self_discipline",
    "give_notice",
    "propose_charter",
    "reject_charter",
    "reject_self_discipline",
    "report_self_discipline",
    "sign_charter",
]
