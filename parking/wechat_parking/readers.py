"""What WeChat says, read into our words, once it is certain that it is about us."""

from django.conf import settings

from district.wechat.pay.errors import UnreadableAnswer
from district.wechat.pay.parking import EntranceChange, ParkingTransaction
from parking.wechat_parking.values import ReportedCharge, ReportedEntrance

_STATES = {
    "ACCEPTED": "accepted",
    "SUCCESS": "paid",
    # Paid, and given back in part or whole.
    "REFUND": "paid",
    "PAY_FAIL": "failed",
    "FAIL": "failed",
}
_ADVANCED_BY_WECHAT = "BPA"


def reported_entrance(change: EntranceChange) -> ReportedEntrance:
    """Raises UnreadableAnswer for another merchant, or a state that we do not know."""
    _require_ours(change.sp_mchid)
    if change.parking_state not in {"NORMAL", "BLOCKED"}:
        raise UnreadableAnswer("unknown state of an entrance")
    return ReportedEntrance(
        number=change.out_parking_no,
        parking_id=change.parking_id,
        is_blocked=change.parking_state == "BLOCKED",
        reason=change.blocked_state_description or "",
        changed_at=change.state_update_time,
    )


def reported_charge(found: ParkingTransaction) -> ReportedCharge:
    """Raises UnreadableAnswer for another merchant, currency or scene, or for money without number or time."""
    _require_ours(found.sp_mchid, found.appid)
    state = _STATES.get(found.trade_state)
    if state is None or found.trade_scene != "PARKING" or found.currency not in {None, "CNY"}:
        raise UnreadableAnswer("no charge of a parking in yuan")
    if state == "paid" and not (found.transaction_id and found.success_time):
        raise UnreadableAnswer("paid without number or time")
    return ReportedCharge(
        number=found.out_trade_no,
        state=state,
        amount_fen=found.total_fen,
        word=found.trade_state,
        transaction_id=found.transaction_id or "",
        paid_at=found.success_time,
        payer_total_fen=found.payer_total_fen,
        is_advanced=found.bank_type == _ADVANCED_BY_WECHAT,
        is_repaid={"Y": True, "N": False}.get(found.user_repaid or ""),
        failure=found.trade_state_description or "",
    )


def _require_ours(mchid: str, appid: str | None = None) -> None:
    # A right signature says who wrote it, not that it is about us.
    if mchid != settings.WECHAT_PAY_MCHID or appid not in {None, settings.WECHAT_APPID}:
        raise UnreadableAnswer("another merchant")
