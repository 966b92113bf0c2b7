"""What coupons can refuse."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from district.kernel import clock
from district.kernel.database.postgres import refusal_of_constraint, refusal_of_sql
from district.kernel.errors import DomainError, TokenUsed

# Each open pass counts once.
refusal_of_sql(TokenUsed)
refusal_of_constraint("open_pass_redeemed_once")(TokenUsed)


@refusal_of_sql
class ClaimOver(DomainError):
    code, title = "claim_over", _("领取已结束")
    wording = _("这张券已停止发放。")


@refusal_of_sql
class ClaimNotBegun(DomainError):
    code, title = "claim_not_begun", _("尚未开始领取")
    wording = _("{when} 开始领取。")

    def __init__(self, *, begins: str) -> None:
        """`begins` is an instant with an offset."""
        when = datetime.fromisoformat(begins).astimezone(clock.SHANGHAI)
        text = _("%(year)d年%(month)d月%(day)d日 %(clock)s") % {
            "year": when.year,
            "month": when.month,
            "day": when.day,
            "clock": f"{when:%H:%M}",
        }
        super().__init__(begins=begins, when=text)


@refusal_of_sql
class ClaimLimitReached(DomainError):
    code, title = "claim_limit_reached", _("已达领取上限")
    wording = _("每人限领 {limit} 张。")


@refusal_of_sql
class DailyClaimLimitReached(DomainError):
    code, title = "claim_limit_of_the_day_reached", _("今日已达领取上限")
    wording = _("每人每日限领 {limit} 张，请明天再来。")


@refusal_of_sql
class CouponSoldOut(DomainError):
    code, title = "coupon_sold_out", _("已领完")
    wording = _("这张券已全部领完。")


@refusal_of_sql
class CouponSoldOutToday(DomainError):
    code, title = "coupon_sold_out_today", _("今日已领完")
    wording = _("今日的券已领完，请明天再来。")


@refusal_of_sql
class BudgetUsedUp(DomainError):
    """Of a claim: there may be stock, but no budget for one more. It may be raised again."""

    code, title = "budget_used_up", _("活动预算已用完")
    wording = _("这张券的活动预算已用完，暂停发放；已领的券在有效期内仍可使用。")


@refusal_of_sql
class ClaimBusy(DomainError):
    code, status, title = "claim_busy", 503, _("领取的人太多")
    wording = _("还有库存，请稍后再试；用相同的幂等键重试不会多领。")
    retry_after = 1


class NotClaimable(DomainError):
    code, title = "coupon_not_claimable", _("不能这样领取")
    wording = _("这张券不以这种方式发放。")


class NotInAudience(DomainError):
    code, status, title = "coupon_not_for_you", 403, _("不符合领取条件")

    _REASONS = {
        "new_member": _("仅限新会员领取。"),
        "tag": _("仅限受邀会员领取。"),
        "bought_at": _("仅限在指定商户消费过的会员领取。"),
        "granted": _("需由参与商户授予资格后领取。"),
    }

    def __init__(self, *, reason: str, **facts: Any) -> None:
        super().__init__(reason=reason, **facts)
        self.detail = str(self._REASONS[reason])


class TagNotGrantable(DomainError):
    """A merchant's mark counts only where a campaign asks for it; another would be read by nobody."""

    code, status, title = "tag_not_grantable", 403, _("不能授予此标签")
    wording = _("没有正在进行的活动接受本商户授予这个标签。")


@refusal_of_sql
class CouponChanged(DomainError):
    """Raised by the database when a verb evaluated a coupon as it no longer is; the verb evaluates anew."""

    code, status, title = "coupon_changed", 503, _("优惠券正在变化")
    wording = _("请稍后再试；用相同的幂等键重试不会重复使用。")
    retry_after = 1


@refusal_of_sql
class CouponBillChanged(CouponChanged):
    code = "coupon_bill_changed"


@refusal_of_sql
class CouponBillAmountMismatch(DomainError):
    code, title = "coupon_bill_told_otherwise", _("账单金额与先前不符")
    wording = _("这个账单号先前的金额是 {bill_yuan}。")


@refusal_of_sql
class CouponBillHasRefunds(DomainError):
    code, title = "coupon_bill_refunded", _("账单已有退货")
    wording = _("已有退货的账单不能再用券。")


@refusal_of_sql
class CouponBudgetUsedUp(DomainError):
    code, title = "coupon_budget_used_up", _("活动预算已用完")
    wording = _("这张券的活动预算已用完，暂时不能使用。")


@refusal_of_constraint("redemption_once_per_request_number")
class RequestAlreadyRedeemed(DomainError):
    code, title = "request_already_redeemed", _("请求号已使用")
    wording = _("这个请求号已用于另一次核销。")


@refusal_of_constraint("coupon_redeemed_once")
class CouponAlreadyRedeemed(DomainError):
    code, title = "coupon_already_redeemed", _("优惠券已核销")
    wording = _("这张券刚刚在收银台用过，不能再次使用。")


class CouponNotUsable(DomainError):
    """The first reason is the one the shopper can mend most easily; the others stand beside it.

    `reader` is who is told so: `clerk` or `shopper`.
    """

    code, title = "coupon_not_usable", _("优惠券不能使用")

    def __init__(
        self, *, coupon: str, reasons: list[dict[str, Any]], reader: str = "clerk"
    ) -> None:
        super().__init__(coupon=coupon, reasons=reasons)
        self.detail = reasons[0][reader]


@refusal_of_sql
class RedemptionAlreadyReversed(DomainError):
    code, title = "redemption_already_reversed", _("核销已撤销")
    wording = _("这笔核销已撤销过，不能再次撤销。")


class ReversalTooLate(DomainError):
    code, title = "redemption_reversal_too_late", _("已过可撤销时间")
    wording = _("门店只能撤销当日的核销，请联系商圈运营方。")


class RefundTooLarge(DomainError):
    code, title = "coupon_refund_too_large", _("退货金额过大")
    wording = _("这张账单还可退 {left_yuan} 的商品。")


class BillAlreadyRefunded(DomainError):
    code, title = "bill_already_refunded", _("账单已全部退货")
    wording = _("这张账单已没有可退的款项、积分或优惠券。")


class BillSpendingUnknown(DomainError):
    code, status, title = "bill_spending_unknown", 404, _("没有找到这笔积分使用")
    wording = _("本店没有请求号为 {request_no} 的积分使用或预占。")


@refusal_of_constraint("whole_refund_once_per_number")
class WholeRefundNumberUsed(DomainError):
    code, title = "bill_refund_number_used", _("退货单号已使用")
    wording = _("这个退货单号已用于本店的另一次整单退货。")


@refusal_of_constraint("coupon_refund_once_per_number")
class RefundNumberUsed(DomainError):
    code, title = "coupon_refund_number_used", _("退货单号已使用")
    wording = _("这个退货单号已用于这张账单的另一次退货。")


class CodeLeasedElsewhere(DomainError):
    code, title = "coupon_code_elsewhere", _("优惠券已锁定到其他门店")
    wording = _("请在锁定的门店使用，或等锁定结束。")


class PinWrong(DomainError):
    code, status, title = "coupon_pin_wrong", 403, _("券码密码不正确")
    wording = _("还可以再试 {tries_left} 次。")


class PinClosed(DomainError):
    code, status, title = "coupon_pin_closed", 403, _("纸质券码已停用")
    wording = _("密码错误已达五次，请会员在手机上出示动态码。")


class NotTransferable(DomainError):
    code, title = "coupon_not_transferable", _("不能转赠")

    _REASONS = {
        "template": _("这张券不可转赠。"),
        "given": _("这张券已转赠过一次。"),
        "state": _("这张券已使用、过期或锁定。"),
        "own": _("不能转赠给自己。"),
    }

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason=reason)
        self.detail = str(self._REASONS[reason])


class NotLeasable(DomainError):
    code, title = "coupon_not_leasable", _("不能锁定门店")

    _REASONS = {
        "template": _("这张券不支持锁定门店。"),
        "state": _("这张券已使用、过期或已锁定。"),
        "store": _("这张券不能在该门店使用。"),
    }

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason=reason)
        self.detail = str(self._REASONS[reason])


class CouponNotRevocable(DomainError):
    code, title = "coupon_not_revocable", _("不能作废")
    wording = _("只有未使用的券可以作废。")


class ExchangeNotUndoable(DomainError):
    code, title = "coupon_exchange_not_undoable", _("不能退回兑换")

    _REASONS = {
        "template": _("这张券不是用积分兑换的，或兑换后不可退回。"),
        "given": _("转赠过的券不能退回兑换。"),
        "late": _("已过可退回的时间。"),
        "state": _("这张券已使用、过期、作废或锁定。"),
    }

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason=reason)
        self.detail = str(self._REASONS[reason])


class TemplateInvalid(DomainError):
    code, status, title = "coupon_template_invalid", 400, _("券模板有误")
    wording = _("{reason}")


class VersionNotInState(DomainError):
    code, title = "coupon_version_not_in_state", _("券模板状态不符")
    wording = _("该版本当前为“{state}”，不能这样操作。")


@refusal_of_constraint("version_decided_by_none_of_its_editors")
@refusal_of_constraint("version_approved_by_four_eyes")
class ApproverIsEditor(DomainError):
    code, status, title = "coupon_approved_by_its_drafter", 403, _("需要另一人审批")
    wording = _("起草、修改或提交过这张券的人不能审批，须由另一人审批。")


@refusal_of_sql
class StockChanged(DomainError):
    code, title = "coupon_stock_changed", _("库存已变化")
    wording = _("当前库存为 {stock}，请核对后再改。")


@refusal_of_sql
class StockGivenOut(DomainError):
    code, title = "coupon_stock_given_out", _("库存不能少于已发出")
    wording = _("已发出 {given} 张。")
