"""What can be refused because of arrears."""

from django.utils.translation import gettext_lazy as _

from district.kernel.database.postgres import refusal_of_sql
from district.kernel.errors import DomainError


@refusal_of_sql
class ArrearsUnpaid(DomainError):
    code, title = "parking_arrears_unpaid", _("有未付的停车费")
    wording = _("请先补缴停车欠费，再预约车位。")


class ArrearsClosed(DomainError):
    code, title = "parking_arrears_closed", _("欠费已结清")
    wording = _("该笔停车欠费已付清或已核销。")


class WriteOffProposed(DomainError):
    code, title = "write_off_proposed", _("已有待复核的核销申请")
    wording = _("请先由另一位同事处理现有的核销申请。")
