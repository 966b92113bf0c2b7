"""What the ledger can refuse."""

from django.utils.translation import gettext_lazy as _

from district.kernel.database.postgres import refusal_of_constraint, refusal_of_sql
from district.kernel.errors import DomainError


@refusal_of_sql
class InsufficientPoints(DomainError):
    code, title = "insufficient_points", _("积分不足")
    wording = _("可用 {balance} 积分，本次需要 {asked} 积分。")


@refusal_of_sql
class AccountFrozen(DomainError):
    code, title = "account_frozen", _("积分账户已冻结")
    wording = _("该会员的积分暂不能使用，请会员联系商圈客服。")


@refusal_of_sql
class AccountMerged(DomainError):
    code, title = "account_merged", _("积分账户已合并")
    wording = _("该会员的积分已并入另一账户，请让会员重新出示会员码。")


@refusal_of_sql
class AccountHoldsPoints(DomainError):
    code, title = "account_holds_points", _("账户有预占积分")
    wording = _("还有 {held} 积分在预占中，请先使用或取消预占。")


@refusal_of_sql
class HoldNotOpen(DomainError):
    code, title = "hold_not_open", _("预占已结束")

    _STATES = {
        "captured": _("这笔预占已经使用。"),
        "voided": _("这笔预占已经取消。"),
        "timed_out": _("这笔预占已经超时，积分已退回会员。"),
    }

    def __init__(self, *, state: str) -> None:
        super().__init__(state=state)
        self.detail = str(self._STATES[state])


@refusal_of_sql
class HoldTooSmall(DomainError):
    code, title = "hold_too_small", _("超过预占积分")
    wording = _("预占了 {held} 积分，本次需要 {asked} 积分。")


class HoldTooLong(DomainError):
    code, status, title = "hold_too_long", 400, _("预占时间过长")
    wording = _("预占最长 {minutes} 分钟。")


class HoldNeedsMember(DomainError):
    """What a till captures by itself may not be so much that spending it would ask the member."""

    code, title = "hold_needs_member", _("须会员确认")
    wording = _("单笔 {confirm_from} 积分及以上须会员在手机上确认，请使用积分抵扣。")


class HoldWaitsForMember(DomainError):
    code, title = "hold_waits_for_member", _("等待会员确认")
    wording = _("这笔积分要由会员在手机上确认，收银台只能取消。")


@refusal_of_sql
class TransferNotReversible(DomainError):
    code, title = "transfer_not_reversible", _("该笔流水不能冲正")

    _REASONS = {
        "already_reversed": _("这笔流水已经冲正过。"),
        "too_many_points": _("退回的积分超过这笔使用的剩余积分。"),
        "whole_only": _("赚取只能整笔冲正，部分退货请使用退货接口。"),
        "kind": _("只有赚取和使用可以冲正。"),
        "exchange": _("积分兑换不能在收银台冲正，须连同兑换到的券一起退回。"),
    }

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason=reason)
        self.detail = str(self._REASONS[reason])


@refusal_of_constraint("receipt_once_per_number")
class ReceiptAlreadyPosted(DomainError):
    code, title = "receipt_already_posted", _("小票已入账")
    wording = _("该门店的这个小票号已经入账，内容或幂等键与上次不同。")


@refusal_of_constraint("receipt_once_per_purchase")
class PurchaseAlreadyEarned(DomainError):
    code, title = "bill_already_earned", _("这笔消费已经积分")
    wording = _("同一笔消费只积一次分，它已经以其他方式入账。")


@refusal_of_constraint("refund_once_per_number")
@refusal_of_constraint("parked_refund_once_per_number")
class RefundAlreadyPosted(DomainError):
    code, title = "refund_already_posted", _("退货单号已入账")
    wording = _("该门店的这个退货单号已经入账，内容或幂等键与上次不同。")


class RefundExceedsPayment(DomainError):
    code, title = "refund_exceeds_payment", _("退款超过剩余金额")
    wording = _("原小票剩余 {left_yuan} 可退，本次 {asked_yuan}。")


class ParkedRefundDecided(DomainError):
    code, title = "parked_refund_decided", _("这笔退货已经处理")
    wording = _("请刷新后查看处理结果。")


@refusal_of_constraint("hold_once_per_request_number")
@refusal_of_constraint("transfer_once_per_request_number")
class RequestAlreadyPosted(DomainError):
    code, title = "request_already_posted", _("请求号已入账")
    wording = _("这个请求号已经入账，内容或幂等键与上次不同。")


class ReceiptFromTheFuture(DomainError):
    code, title = "receipt_from_the_future", _("支付时间晚于当前时间")
    wording = _("请检查收银机时钟，服务器时间为 {server_time}。")


class ReceiptTooOld(DomainError):
    code, title = "receipt_too_old", _("小票已超过补录期限")
    wording = _("只接受最近 {days} 天内的小票。")


@refusal_of_sql
class TermsChanged(DomainError):
    """Between asking for a merchant's terms and posting by them they changed: ask again."""

    code, title = "terms_changed", _("积分条款刚刚变更")
    wording = _("请重试。")


class NoTerms(DomainError):
    code, title = "merchant_without_terms", _("商户没有生效的积分条款")
    wording = _("请联系商圈运营方设置积分条款。")


class TermsOverlap(DomainError):
    code, title = "terms_overlap", _("该商户在此时段已有条款")
    wording = _("新条款只能从 {earliest} 起生效。")


@refusal_of_constraint("terms_of_closed_cycles_stay")
class TermsSettled(DomainError):
    """Fees were settled by the terms of that time; a later start leaves them as they were."""

    code, title = "terms_settled", _("该时段已结账")
    wording = _("新条款只能从已结账周期之后起生效。")


class AlliancePolicyOverlap(DomainError):
    code, title = "rules_overlap", _("此时段已有联盟规则")
    wording = _("已有 {earliest} 起生效的规则，新规则只能在其后生效。")


@refusal_of_constraint("alliance_policy_times_in_bounds")
@refusal_of_constraint("alliance_policy_amounts_in_bounds")
@refusal_of_constraint("alliance_policy_point_value_in_bounds")
@refusal_of_constraint("alliance_policy_ceilings_in_bounds")
class AlliancePolicyOutOfBounds(DomainError):
    code, status, title = "rules_out_of_bounds", 400, _("规则超出允许范围")
    wording = _("请检查各项时限、比例与上限。")


class BreakageToMerchant(DomainError):
    code, title = "breakage_to_merchant", _("过期积分不能归商户所有")
    wording = _("过期积分只能退回发放商户，或归商圈联盟、专项资金。")


class BudgetAlreadyOpen(DomainError):
    code, title = "budget_already_open", _("该商户已启用积分预存")
    wording = _("请直接存入预存款。")


class BudgetForMerchantsOnly(DomainError):
    code, title = "budget_for_merchants_only", _("只有商户可以启用积分预存")
    wording = _("商圈联盟与专项资金不预存。")


@refusal_of_constraint("prefund_once_per_reference")
class PrefundAlreadyEntered(DomainError):
    code, title = "prefund_already_entered", _("凭证号已入账")
    wording = _("该商户的这个凭证号已经入账，同一笔款项只记一次。")


class PrefundTooLow(DomainError):
    code, title = "prefund_too_low", _("预存余额不足")
    wording = _("预存余额还有 {left_yuan}，本次要取出 {asked_yuan}。")


class AdjustmentTooLarge(DomainError):
    code, title = "adjustment_too_large", _("超过单笔调整上限")
    wording = _("单笔人工调整最多 {limit} 积分，本次 {asked} 积分。")


class AdjustmentsOfTheDayUsedUp(DomainError):
    code, title = "adjustments_of_the_day_used_up", _("超过当日调整上限")
    wording = _("您今天还可提出 {left} 积分的调整，本次 {asked} 积分。")


@refusal_of_sql
class ReviewDecided(DomainError):
    code, title = "review_decided", _("这张小票已经复核")

    _STATES = {
        "approved": _("这张小票的积分已经通过复核。"),
        "refused": _("这张小票的积分已经被拒绝。"),
        "withdrawn": _("这张小票已经全部退货，无须复核。"),
    }

    def __init__(self, *, state: str) -> None:
        super().__init__(state=state)
        self.detail = str(self._STATES[state])


@refusal_of_sql
class ReviewBySamePerson(DomainError):
    code, title = "review_by_same_person", _("须由另一人复核")
    wording = _("这张小票的积分较大，须由另一位运营人员再次通过。")


class ReviewNeedsReason(DomainError):
    code, status, title = "review_needs_reason", 400, _("请填写原因")
    wording = _("拒绝积分须说明原因，会员在明细中看得到。")


class CeilingsOverlap(DomainError):
    code, title = "ceilings_overlap", _("该商户在此时段已有积分上限")
    wording = _("新上限只能从 {earliest} 起生效。")


class CeilingAboveAlliance(DomainError):
    code, status, title = "ceiling_above_alliance", 400, _("上限高于联盟规则")
    wording = _("联盟规则的上限为 {limit} 积分，商户只能设得更低。")


@refusal_of_constraint("merchant_ceilings_in_bounds")
class CeilingsOutOfBounds(DomainError):
    code, status, title = "ceilings_out_of_bounds", 400, _("上限超出允许范围")
    wording = _("请检查各项积分上限。")


class MergeWithItself(DomainError):
    code, title = "merge_with_itself", _("不能与自己合并")
    wording = _("请选择另一位会员。")
