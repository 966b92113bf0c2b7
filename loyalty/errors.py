"""What the ledger can refuse."""

from django.utils.translation import gettext_lazy as _

from district.kernel.errors import DomainError
from district.kernel.postgres import refusal_of_constraint, refusal_of_sql


@refusal_of_sql
class InsufficientPoints(DomainError):
    code, title = "insufficient_points", _("积分不足")
    wording = _("可用 {balance} 积分，本次需要 {asked} 积分。")


@refusal_of_sql
class TransferNotReversible(DomainError):
    code, title = "transfer_not_reversible", _("该笔流水不能冲正")

    _REASONS = {
        "already_reversed": _("这笔流水已经冲正过。"),
        "points_spent": _("这笔积分已被使用或已过期，不能直接冲正。"),
        "kind": _("只有赚取和使用可以冲正。"),
    }

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason=reason)
        self.detail = str(self._REASONS[reason])


@refusal_of_constraint("receipt_once_per_number")
class ReceiptAlreadyPosted(DomainError):
    code, title = "receipt_already_posted", _("小票已入账")
    wording = _("该门店的这个小票号已经入账，内容或幂等键与上次不同。")


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


class NoTerms(DomainError):
    code, title = "merchant_without_terms", _("商户没有生效的积分条款")
    wording = _("请联系商圈运营方设置积分条款。")


class TermsOverlap(DomainError):
    code, title = "terms_overlap", _("该商户在此时段已有条款")
    wording = _("新条款只能从 {earliest} 起生效。")
