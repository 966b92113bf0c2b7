"""Whether WeChat charges for a plate, in words for its member."""

from django.utils.translation import gettext as _

from parking.models import Vehicle, WechatEntry, WechatPlate

State, Reason = WechatPlate.State, WechatEntry.BlockReason


def wechat_plate_body(vehicle: Vehicle) -> dict[str, str]:
    """What WechatPlateOut shows."""
    plate: WechatPlate | None = getattr(vehicle, "wechat_plate", None)
    state = plate.state if plate else State.UNASKED
    blocked = WechatEntry.objects.filter(vehicle=vehicle, state=WechatEntry.State.BLOCKED).first()
    text = _blocked_text(blocked.block_reason) if blocked else _state_text(state)
    return {"state": state, "text": text}


def _state_text(state: str) -> str:
    return {
        State.UNASKED: _("正在向微信查询该车牌的停车服务。"),
        State.NORMAL: _("已开通微信支付分停车，离场后自动扣费。"),
        State.PAUSED: _("微信停车服务已暂停，请在微信的车牌管理中恢复。"),
        State.NOT_OPENED: _("未开通微信支付分停车，请在微信的车主服务中开通。"),
        State.UNSERVED: _("该车牌不支持微信支付分停车，请在离场时付费。"),
    }[State(state)]


def _blocked_text(reason: str) -> str:
    return {
        Reason.PAUSE: _("微信停车服务已暂停，本次停车请在离场时付费。"),
        Reason.OVERDUE: _("您在微信有未付的停车费，付清后才能离场后自动扣费。"),
        Reason.OUT_SERVICE: _("未开通微信支付分停车，本次停车请在离场时付费。"),
        Reason.EVALUATION_FAILED: _("微信支付分暂不满足要求，本次停车请在离场时付费。"),
        Reason.OTHER: _("微信暂不能为该车牌自动扣费，本次停车请在离场时付费。"),
    }[Reason(reason)]
