"""What the coupons' screens share."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy

from district.kernel import audit, idempotency
from district.kernel.backoffice import MenuGroup, name_events, name_verbs
from district.kernel.backoffice.lazy_text import Text
from district.kernel.backoffice.typed_fields import YuanField
from district.kernel.idempotency import Key
from district.members.models import User

# The largest value, threshold or allowance of a coupon.
MAX_SUM_FEN = 10**9
MAX_BUDGET_FEN = 10**11

COUPONS = MenuGroup(gettext_lazy("优惠券"), order=35)

name_events(
    CouponIssued=gettext_lazy("券已发出"),
    CouponRedeemed=gettext_lazy("券已核销"),
    CouponReturned=gettext_lazy("券已退还"),
    CouponBillRefunded=gettext_lazy("用券账单退货"),
    CouponExpired=gettext_lazy("券已过期"),
    CouponExpiring=gettext_lazy("券即将过期"),
    CouponBudgetLow=gettext_lazy("券预算不足"),
    CouponRevoked=gettext_lazy("券已收回"),
    GiftTakenBack=gettext_lazy("消费赠券已收回"),
    CouponGiven=gettext_lazy("券已转赠"),
    CouponLeased=gettext_lazy("券已锁定门店"),
)
name_verbs(
    create_template=gettext_lazy("新建券模板"),
    save_draft=gettext_lazy("保存券模板草稿"),
    submit_version=gettext_lazy("提交券模板审批"),
    approve_version=gettext_lazy("批准券模板"),
    reject_version=gettext_lazy("驳回券模板"),
    stop_version=gettext_lazy("停止发放"),
    resize_stock=gettext_lazy("调整库存"),
    propose_budget_change=gettext_lazy("提出预算调整"),
    approve_budget_change=gettext_lazy("批准预算调整"),
    reject_budget_change=gettext_lazy("驳回预算调整"),
    agree_to_share=gettext_lazy("同意承担券成本"),
    decline_share=gettext_lazy("不同意承担券成本"),
    revoke_consent=gettext_lazy("撤回承担同意"),
    revoke_coupon=gettext_lazy("作废优惠券"),
    take_back_gift=gettext_lazy("退货收回赠券"),
    redeem_coupons=gettext_lazy("核销优惠券"),
    reverse_redemption=gettext_lazy("撤销核销"),
    refund_whole_bill=gettext_lazy("整单退货"),
    hand_out_coupon=gettext_lazy("店员发券"),
    undo_exchange=gettext_lazy("退回兑换的券"),
    tag_member=gettext_lazy("授予会员标签"),
    untag_member=gettext_lazy("收回会员标签"),
)


@transaction.atomic
def note_once(*, verb: str, subject: str, by: User, **facts: Any) -> None:
    """The audit line of an act that a second click repeats."""
    key = Key.of(f"audit:{verb}", subject)
    if idempotency.claim_key(key) is None:
        line = audit.record(verb=verb, subject=subject, by=by, **facts)
        idempotency.store_result(key, line.pk)


def optional_yuan(label: Text, *, max_fen: int = MAX_SUM_FEN, **options: Any) -> YuanField:
    """A field for a sum of a coupon; nothing is None."""
    return YuanField(label, min_fen=0, max_fen=max_fen, required=False, **options)
