"""POST /api/v1/till/complaints/{case}/…: what a merchant's system does to a case. Each answers with the case after it."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from credit.complaints import errors
from credit.complaints import services as complaints
from credit.complaints.api import examples_merchant as examples
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
from district.kernel.errors import NotFound
from district.kernel.idempotency import Key
from district.merchants.api.base import TillView

MERCHANT = CaseActor.MERCHANT


class _MerchantActView(TillView, ABC):
    """An act with its form; `act` gets the case, what was asked, and the key, which all tills of a merchant share."""

    form: ClassVar[type[Serializer[Any]] | None] = None
    refusals = (
        *TillView.refusals,
        NotFound,
        errors.CaseActRefused,
        errors.CaseNotInState,
        errors.CaseNotYours,
    )

    @abstractmethod
    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        """The case as the act left it."""

    def post(self, request: Request, case: str) -> Response:
        asked = self.request_data(self.form) if self.form else {}
        found = case_for_till(self.till, case)
        acted = self.act(found, asked, self.key(type(self).__name__, case=case, **asked))
        return Response(merchant_body(acted))


def _documented(
    operation: str, summary: str, example: dict[str, Any] | None = None
) -> Callable[[type[_MerchantActView]], type[_MerchantActView]]:
    """Class decorator: the act's operation in the contract, with an example of its body."""

    def decorate(view: type[_MerchantActView]) -> type[_MerchantActView]:
        request_examples = (
            [OpenApiExample("example", example, request_only=True)] if example else []
        )
        schema = extend_schema(
            operation_id=operation,
            summary=summary,
            request=view.form,
            responses={200: MerchantCaseDetailOut},
            examples=[*request_examples, MERCHANT_DETAIL],
            tags=["complaints"],
        )

        def post(self: _MerchantActView, request: Request, case: str) -> Response:
            return _MerchantActView.post(self, request, case)

        view.post = schema(post)  # type: ignore[method-assign]
        return view

    return decorate


@_documented("answer_complaint", "商户首次答复", examples.ANSWER)
class AnswerComplaint(_MerchantActView):
    """The first answer, within 48 hours of the acceptance; the talk begins."""

    form = AnswerIn

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.answer_case(case=case, by=self.till, key=key, **asked)


@_documented("merchant_propose_remedy", "商户提出处理方案", examples.PROPOSAL)
class MerchantProposeRemedy(_MerchantActView):
    """What the merchant would do; the proposal before it lapses."""

    form = RemedyIn

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        remedy = CaseRemedy(RemedyKind(asked["kind"]), asked["amount_fen"], asked["due_on"])
        return complaints.propose_remedy(
            case=case, actor=MERCHANT, by=self.till, remedy=remedy, note=asked["text"], key=key
        )


@_documented("merchant_accept_remedy", "商户接受消费者方案")
class MerchantAcceptRemedy(_MerchantActView):
    """The shopper's proposal holds from now on."""

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.accept_proposal(case=case, actor=MERCHANT, by=self.till, key=key)


@_documented("merchant_escalate_complaint", "商户申请调解", {"text": "协商多次未果。"})
class MerchantEscalateComplaint(_MerchantActView):
    """The merchant wants mediation: after five working days of the talk."""

    form = OptionalTextIn

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.escalate_case(
            case=case, actor=MERCHANT, by=self.till, note=asked["text"], key=key
        )


@_documented("merchant_supply_evidence", "商户举证", examples.EVIDENCE)
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


@_documented("mark_remedy_done", "商户已履行", examples.DONE)
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


@_documented("merchant_appeal_complaint", "商户申请复核", examples.APPEAL)
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
