"""POST /api/v1/till/complaints/{case}/…: what a merchant's system does to a case. Each answers with the case after it."""

from typing import Any

from credit.complaints import services as complaints
from credit.complaints.api import examples_merchant as examples
from credit.complaints.api.act_views import ACT_REFUSALS, CaseActView, documented_act
from credit.complaints.api.merchant import MERCHANT_DETAIL, case_for_till, merchant_body
from credit.complaints.api.schemas import OptionalTextIn, RemedyIn
from credit.complaints.api.schemas_merchant import (
    AnswerIn,
    MerchantAppealIn,
    MerchantCaseDetailOut,
    MerchantEvidenceIn,
    RemedyDoneIn,
)
from credit.complaints.machine.case import CaseRemedy
from credit.complaints.machine.words import CaseActor, RemedyKind
from credit.complaints.models import CaseFile
from district.kernel.idempotency import Key
from district.merchants.api.base import TillView

MERCHANT = CaseActor.MERCHANT


class _MerchantActView(CaseActView, TillView):
    """The key of an act is shared by all tills of its merchant."""

    refusals = (*TillView.refusals, *ACT_REFUSALS)
    detail, detail_example = MerchantCaseDetailOut, MERCHANT_DETAIL

    def find_case(self, case: str) -> CaseFile:
        return case_for_till(self.till, case)

    def act_key(self, act: str, **asked: Any) -> Key:
        return self.key(act, **asked)

    def answer(self, case: CaseFile) -> Any:
        return merchant_body(case)


@documented_act("answer_complaint", "商户首次答复", examples.ANSWER)
class AnswerComplaint(_MerchantActView):
    """The first answer, within 48 hours of the acceptance; the talk begins."""

    form = AnswerIn

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.answer_case(case=case, by=self.till, key=key, **asked)


@documented_act("merchant_propose_remedy", "商户提出处理方案", examples.PROPOSAL)
class MerchantProposeRemedy(_MerchantActView):
    """What the merchant would do; the proposal before it lapses."""

    form = RemedyIn

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        remedy = CaseRemedy(RemedyKind(asked["kind"]), asked["amount_fen"], asked["due_on"])
        return complaints.propose_remedy(
            case=case, actor=MERCHANT, by=self.till, remedy=remedy, note=asked["text"], key=key
        )


@documented_act("merchant_accept_remedy", "商户接受消费者方案")
class MerchantAcceptRemedy(_MerchantActView):
    """The shopper's proposal holds from now on."""

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.accept_proposal(case=case, actor=MERCHANT, by=self.till, key=key)


@documented_act("merchant_escalate_complaint", "商户申请调解", {"text": "协商多次未果。"})
class MerchantEscalateComplaint(_MerchantActView):
    """The merchant wants mediation: after five working days of the talk."""

    form = OptionalTextIn

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.escalate_case(
            case=case, actor=MERCHANT, by=self.till, note=asked["text"], key=key
        )


@documented_act("merchant_supply_evidence", "商户举证", examples.EVIDENCE)
class MerchantSupplyEvidence(_MerchantActView):
    """What the officer asked the merchant for."""

    form = MerchantEvidenceIn

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.supply_evidence(
            case=case,
            actor=MERCHANT,
            by=self.till,
            evidence=asked["evidence"],
            note=asked["text"],
            key=key,
        )


@documented_act("mark_remedy_done", "商户已履行", examples.DONE)
class MarkRemedyDone(_MerchantActView):
    """What was agreed or decided has been done, with proof; the shopper confirms it."""

    form = RemedyDoneIn

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.mark_remedy_done(
            case=case,
            by=self.till,
            evidence=asked["evidence"],
            refund_fen=asked["refund_fen"],
            note=asked["text"],
            key=key,
        )


@documented_act("merchant_appeal_complaint", "商户申请复核", examples.APPEAL)
class MerchantAppealComplaint(_MerchantActView):
    """Another person looks at the decision; once."""

    form = MerchantAppealIn

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.appeal(
            case=case,
            actor=MERCHANT,
            by=self.till,
            reasons=asked["text"],
            evidence=asked["evidence"],
            key=key,
        )
