"""What the columns of an uploaded file are called on the screen, and why a row was refused in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from district.kernel.backoffice.lazy_text import Text

FIELDS: Mapping[str, Text] = {
    "kind": _("类型"),
    "store": _("门店"),
    "member": _("会员"),
    "receipt_no": _("小票号"),
    "receipt_store": _("原小票门店"),
    "paid_fen": _("实付金额（分）"),
    "paid_at": _("付款时间"),
    "refund_no": _("退货单号"),
    "fen": _("退货金额（分）"),
}


def reason_in_words(problem: Mapping[str, Any]) -> str:
    """Why a row was refused, field by field where fields are wrong; nothing for no problem."""
    errors = "；".join(
        f"{FIELDS.get(error['field'], error['field'])}：{error['message']}"
        for error in problem.get("errors", [])
    )
    return str(errors or problem.get("detail") or problem.get("title") or "")
