"""POST /api/v1/me/complaints/{case}/…: what a shopper does to a case. Each answers with the case after it."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from credit.complaints import errors
from credit.complaints import services as complaints
from credit.complaints.api import examples
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
from district.kernel.errors import NotFound
from district.kernel.idempotency import Key
from district.members.api.base import ShopperView

SHOPPER = CaseActor.SHOPPER


class _CaseActView(ShopperView, ABC):
    """An act with its form; `act` gets the case, what was asked, and the key."""

    form: ClassVar[type[Serializer[Any]] | None] = None
    refusals = (
        *ShopperView.refusals,
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
        found = case_of(self.member, case)
        scope = f"member:{self.member.pk}:{type(self).__name__}"
        acted = self.act(found, asked, self.idempotency_key(scope, case=case, **asked))
        return Response(case_body(acted))


def _documented(
    operation: str, summary: str, example: dict[str, Any] | None = None
) -> Callable[[type[_CaseActView]], type[_CaseActView]]:
    """Class decorator: the act's operation in the contract, with an example of its body."""

    def decorate(view: type[_CaseActView]) -> type[_CaseActView]:
        request_examples = (
            [OpenApiExample("example", example, request_only=True)] if example else []
        )
        schema = extend_schema(
            operation_id=operation,
            summary=summary,
            request=view.form,
            responses={200: CaseDetailOut},
            examples=[*request_examples, DETAIL],
            tags=["complaints"],
        )

        def post(self: _CaseActView, request: Request, case: str) -> Response:
            return _CaseActView.post(self, request, case)

        view.post = schema(post)  # type: ignore[method-assign]
        return view

    return decorate


@_documented("supply_to_complaint", "补充材料或证据", examples.SUPPLY)
class SupplyToComplaint(_CaseActView):
    """An answer to the officer's question, or evidence that was asked for: by the state of the case."""

    form = SupplyIn
    refusals = (
        *_CaseActView.refusals,
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


@_documented("propose_remedy", "提出处理方案", examples.REMEDY)
class ProposeRemedy(_CaseActView):
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


@_documented("accept_remedy", "接受商户方案")
class AcceptRemedy(_CaseActView):
    """The merchant's proposal holds from now on."""

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.accept_proposal(case=case, actor=SHOPPER, by=self.member.user, key=key)


@_documented("escalate_complaint", "申请调解", {"text": "商户不同意退款。"})
class EscalateComplaint(_CaseActView):
    """The shopper wants mediation."""

    form = OptionalTextIn

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.escalate_case(
            case=case, actor=SHOPPER, by=self.member.user, note=asked["text"], key=key
        )


@_documented("confirm_remedy", "确认已履行")
class ConfirmRemedy(_CaseActView):
    """The shopper has got what was agreed or decided."""

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.confirm_remedy(case=case, member=self.member, key=key)


@_documented("deny_remedy", "未履行", {"text": "只退了一半。"})
class DenyRemedy(_CaseActView):
    """The shopper has not got it, and says what is missing; once."""

    form = TextIn

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.deny_remedy(case=case, member=self.member, missing=asked["text"], key=key)


@_documented("withdraw_complaint", "撤回投诉", {"text": "已自行解决。"})
class WithdrawComplaint(_CaseActView):
    """The shopper gives the complaint up."""

    form = OptionalTextIn

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.withdraw_case(case=case, member=self.member, note=asked["text"], key=key)


@_documented("appeal_complaint", "申请复核", {"text": "裁定未考虑检测报告。"})
class AppealComplaint(_CaseActView):
    """Another person looks at a decision, a refusal or a label."""

    form = AppealIn
    refusals = (*_CaseActView.refusals, *FILE_REFUSALS)

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


@_documented("reopen_complaint", "重新处理", {"text": "换来的机器又坏了。"})
class ReopenComplaint(_CaseActView):
    """New facts on a closed case; once, within its window."""

    form = ReopenIn
    refusals = (*_CaseActView.refusals, *FILE_REFUSALS)

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.reopen_case(
            case=case,
            member=self.member,
            facts=asked["text"],
            evidence=asked["evidence"],
            files=asked["files"],
            key=key,
        )


@_documented("transfer_complaint", "移送", examples.TRANSFER)
class TransferComplaint(_CaseActView):
    """The shopper goes on with it at 12315, the police or a court."""

    form = TransferIn

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.transfer_case(
            case=case, actor=SHOPPER, by=self.member.user, key=key, **asked
        )


@_documented("evaluate_complaint", "评价处理结果", examples.EVALUATION)
class EvaluateComplaint(_CaseActView):
    """What the shopper says of the handling; once for each closing."""

    form = EvaluationIn

    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        return complaints.evaluate_case(case=case, member=self.member, key=key, **asked)
