"""What the settlement can refuse."""

from django.utils.translation import gettext_lazy as _

from district.kernel.database.postgres import refusal_of_constraint
from district.kernel.errors import DomainError


@refusal_of_constraint("cycle_one_at_a_time")
@refusal_of_constraint("cycle_once_per_number")
class CycleStillOpen(DomainError):
    code, title = "cycle_still_open", _("上一期尚未结账")
    wording = _("同一时间只有一个未结账的周期，请先将它结账。")


class CycleWithoutDays(DomainError):
    code, status, title = "cycle_without_days", 400, _("结算周期的日期有误")
    wording = _("最后一天不能早于 {first_day}。")


class CycleNeedsFirstDay(DomainError):
    code, status, title = "cycle_needs_first_day", 400, _("缺少起始日期")
    wording = _("首个结算周期须指定第一天；以后的周期从上一期结束处开始。")


class CycleNotOver(DomainError):
    code, title = "cycle_not_over", _("结算周期尚未结束")
    wording = _("{ends_at} 之后才能提出结账。")


class CycleState(DomainError):
    code, title = "cycle_state", _("结算周期的状态不允许此操作")

    _STATES = {
        "open": _("该周期还没有提出结账。"),
        "proposed": _("该周期已由他人提出结账，等待复核。"),
        "closed": _("该周期已经结账。"),
    }

    def __init__(self, *, state: str) -> None:
        super().__init__(state=state)
        self.detail = str(self._STATES[state])


class CycleChanged(DomainError):
    code, title = "cycle_changed", _("结账数字已变化")
    wording = _("复核时的数字与提出时不同（可能有人追溯修改了条款），请撤回后重新提出。")


class DisputeDoesNotFit(DomainError):
    code, status, title = "dispute_does_not_fit", 400, _("争议与贷项通知不符")
    wording = _("只有已成立的争议可以附上贷项通知，且双方和周期须与争议的明细一致。")


@refusal_of_constraint("credit_note_once_per_dispute")
class DisputeAlreadyCredited(DomainError):
    code, title = "dispute_already_credited", _("该争议已有贷项通知")


@refusal_of_constraint("dispute_one_open_per_side")
class DisputeAlreadyOpen(DomainError):
    code, title = "dispute_already_open", _("该明细已有待处理的争议")


class DisputeDecided(DomainError):
    code, title = "dispute_decided", _("争议已处理")
    wording = _("请刷新后查看处理结果。")


@refusal_of_constraint("payment_once_per_reference")
class PaymentReferenceUsed(DomainError):
    code, title = "payment_reference_used", _("凭证号已登记")
    wording = _("该商户同方向的这个凭证号已经登记过另一笔付款。")


class PaymentExceedsDue(DomainError):
    code, title = "payment_exceeds_due", _("付款超过未结金额")
    wording = _("这张结算单还有 {open_yuan} 未结，本次 {asked_yuan}。")


class PaymentWrongWay(DomainError):
    code, title = "payment_wrong_way", _("付款方向不符")
    wording = _("应结金额为正时付给商户，为负时由商户付来，为零时没有付款。")


class PaymentNotReversible(DomainError):
    code, title = "payment_not_reversible", _("该笔付款不能冲正")
    wording = _("只有尚未冲正的付款可以冲正一次。")
