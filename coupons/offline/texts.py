"""What a conflict is called on screens."""

from django.utils.translation import gettext_lazy as _

from coupons.engine import reasons
from coupons.offline.models import RedemptionConflict

REASONS = {
    "forged": _("券码无法验证"),
    "kit_unknown": _("离线授权不属于该终端"),
    "clock_not_trusted": _("终端时间不可信"),
    "code_expired": _("券码已过期"),
    "leased_to_another_store": _("锁定在其他门店"),
    "not_without_network": _("该券不允许离线核销"),
    "nothing_given": _("没有减免"),
    "beyond_the_allowance": _("超出离线额度，且券已不可用"),
    "pass_used": _("同一离线码已用过一次"),
    "used_at_this_store": _("本店已核销过"),
    "used_at_this_merchant": _("本商户其他门店已核销过"),
    "used_elsewhere": _("已在其他门店核销"),
    "withdrawn": _("券已失效或作废"),
}


def reason_text(code: str) -> str:
    """A few words; a reason of the rules is said to be against them."""
    if code in REASONS:
        return str(REASONS[code])
    return str(_("不符合用券规则")) if code in reasons.REMEDIES else str(_("账单不符"))


def for_shopper(conflict: RedemptionConflict) -> str:
    """What its holder is told: what happened, and that nothing is asked for."""
    payer = _("商圈") if conflict.payer == RedemptionConflict.Payer.ALLIANCE else _("门店")
    return str(
        _(
            "您在 %(store)s 使用的券，因门店断网当时未能核实：%(reason)s。优惠由%(payer)s承担，您无需补款。"
        )
    ) % {
        "store": conflict.store.name,
        "reason": reason_text(conflict.reason),
        "payer": payer,
    }
