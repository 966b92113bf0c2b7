"""/_control/pay-complaint…: the payer who complains, and what payer and WeChat do then."""

from typing import Any

from district.wechat.sandbox.pay import complaint_media
from district.wechat.sandbox.pay import complaint_records as records
from district.wechat.sandbox.state import SandboxState

Fields = dict[str, Any]


def create(state: SandboxState, fields: Fields) -> Fields:
    """A payer complains: person, transaction_id, perhaps detail, problem_type, apply_refund_fen, pictures."""
    person = state.person(fields["person"])
    pay = state.pay
    apply_refund_fen = int(fields.get("apply_refund_fen", 0))
    pictures = int(fields.get("pictures", 0))
    return records.create(
        pay,
        openid=person.openid,
        phone=person.phone,
        transaction_id=fields["transaction_id"],
        detail=fields.get("detail", "商品与描述不符"),
        problem_type=fields.get("problem_type", "REFUND" if apply_refund_fen else "OTHERS"),
        apply_refund_fen=apply_refund_fen,
        image_ids=[complaint_media.keep_image(pay) for _ in range(pictures)],
    )


def act(state: SandboxState, fields: Fields) -> Fields:
    """Payer or WeChat go on: complaint_id, act respond, continue, revoke, satisfaction, ask_platform or platform; text, or any operate_type."""
    complaint = records.find(state.pay, fields["complaint_id"])
    return records.act_as_payer(
        state.pay,
        complaint,
        fields.get("act", "respond"),
        fields.get("text", ""),
        operate_type=fields.get("operate_type", ""),
    )


CONTROLS = {"pay-complaint": create, "pay-complaint-act": act}
