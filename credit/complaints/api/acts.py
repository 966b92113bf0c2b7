"""POST /api/v1/me/complaints/{case}/…: what a shopper does to a case. Each answers with the case after it."""

from typing import Any

from credit.complaints import errors
from credit.complaints import services as complaints
from credit.complaints.api import examples
from credit.complaints.api.act_views import ACT_REFUSALS, CaseActView, documented_act
from credit.complaints.api.schemas import (
    AppealIn,
    CaseDetailOut,
    EvaluationIn,
    OptionalTextIn,
    RemedyIn,
    ReopenIn,
    SupplyIn,
    TextIn,
    TransferIn,
)
from credit.complaints.api.shopper import DETAIL, FILE_REFUSALS, case_body
from credit.complaints.machine.case import CaseRemedy
from credit.complaints.machine.words import CaseActor, CaseState, RemedyKind
from credit.complaints.models import CaseFile
from credit.complaints.queries.cases import case_of
from district.kernel.idempotency import Key
from district.members.api.base import ShopperView

SHOPPER = CaseActor.SHOPPER


class _ShopperActView(CaseActView, ShopperView):
    refusals = (*ShopperView.refusals, *ACT_REFUSALS)
    detail, detail_example = CaseDetailOut, DETAIL

    def find_case(self, case: str) -> CaseFile:
        return case_of(self.member, case)

    def act_key(self, act: str, **asked: Any) -> Key:
        return self.idempotency_key(f"member:{self.member.pk}:{act}", **asked)

    def answer(self, case: CaseFile) -> Any:
        return case_body(case)


@documented_act("supply_to_complaint", "补充材料或证据", examples.SUPPLY)
class SupplyToComplaint(_ShopperActView):
    """An answer to the officer's question, or evidence that was asked for: by the state of the case."""

    form = SupplyIn
    refusals = (
        *_ShopperActView.refusals,
        *FILE_REFUSALS,
        errors.PurchaseHasOpenCase,
        errors.PurchaseUnknown,
    )

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        if case.state == CaseState.EVIDENCE_WAIT:
            return complaints.supply_evidence(
                case=case,
                actor=SHOPPER,
                by=self.member.user,
                evidence=asked["evidence"],
                files=asked["files"],
                note=asked["text"],
                key=key,
            )
        return complaints.supply_info(
            case=case,
            member=self.member,
            text=asked["text"],
            receipt_no=asked["receipt_no"],
            evidence=asked["evidence"],
            files=asked["files"],
            key=key,
        )


@documented_act("propose_remedy", "提出处理方案", examples.REMEDY)
class ProposeRemedy(_ShopperActView):
    """What the shopper would settle for; the proposal before it lapses."""

    form = RemedyIn

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        remedy = CaseRemedy(RemedyKind(asked["kind"]), asked["amount_fen"], asked["due_on"])
        return complaints.propose_remedy(
            case=case,
            actor=SHOPPER,
            by=self.member.user,
            remedy=remedy,
            note=asked["text"],
            key=key,
        )


@documented_act("accept_remedy", "接受商户方案")
class AcceptRemedy(_ShopperActView):
    """The merchant's proposal holds from now on."""

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.accept_proposal(case=case, actor=SHOPPER, by=self.member.user, key=key)


@documented_act("escalate_complaint", "申请调解", {"text": "商户不同意退款。"})
class EscalateComplaint(_ShopperActView):
    """The shopper wants mediation."""

    form = OptionalTextIn

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.escalate_case(
            case=case, actor=SHOPPER, by=self.member.user, note=asked["text"], key=key
        )


@documented_act("confirm_remedy", "确认已履行")
class ConfirmRemedy(_ShopperActView):
    """The shopper has got what was agreed or decided."""

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.confirm_remedy(case=case, member=self.member, key=key)


@documented_act("deny_remedy", "未履行", {"text": "只退了一半。"})
class DenyRemedy(_ShopperActView):
    """The shopper has not got it, and says what is missing; once."""

    form = TextIn

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.deny_remedy(case=case, member=self.member, missing=asked["text"], key=key)


@documented_act("withdraw_complaint", "撤回投诉", {"text": "已自行解决。"})
class WithdrawComplaint(_ShopperActView):
    """The shopper gives the complaint up."""

    form = OptionalTextIn

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.withdraw_case(case=case, member=self.member, note=asked["text"], key=key)


@documented_act("appeal_complaint", "申请复核", {"text": "裁定未考虑检测报告。"})
class AppealComplaint(_ShopperActView):
    """Another person looks at a decision, a refusal or a label."""

    form = AppealIn
    refusals = (*_ShopperActView.refusals, *FILE_REFUSALS)

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.appeal(
            case=case,
            actor=SHOPPER,
            by=self.member.user,
            reasons=asked["text"],
            evidence=asked["evidence"],
            files=asked["files"],
            key=key,
        )


@documented_act("reopen_complaint", "重新处理", {"text": "换来的机器又坏了。"})
class ReopenComplaint(_ShopperActView):
    """New facts on a closed case; once, within its window."""

    form = ReopenIn
    refusals = (*_ShopperActView.refusals, *FILE_REFUSALS)

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.reopen_case(
            case=case,
            member=self.member,
            facts=asked["text"],
            evidence=asked["evidence"],
            files=asked["files"],
            key=key,
        )


@documented_act("transfer_complaint", "移送", examples.TRANSFER)
class TransferComplaint(_ShopperActView):
    """The shopper goes on with it at 12315, the police or a court."""

    form = TransferIn

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.transfer_case(
            case=case, actor=SHOPPER, by=self.member.user, key=key, **asked
        )


@documented_act("evaluate_complaint", "评价处理结果", examples.EVALUATION)
class EvaluateComplaint(_ShopperActView):
    """What the shopper says of the handling; once for each closing."""

    form = EvaluationIn

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.evaluate_case(case=case, member=self.member, key=key, **asked)
