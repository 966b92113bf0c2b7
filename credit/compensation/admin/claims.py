"""赔付追偿: what merchants owe the fund; a merchant sees its own and may object."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.admin.common import CreditAction, register_proposals
from credit.admin.objections import TONES
from credit.compensation import services as compensation
from credit.compensation.admin.common import FUND, FundNoteForm, FundReasonForm
from credit.compensation.models import ClaimWriteOff, FundClaim
from district.kernel.backoffice import Menu, ReadOnlyAdmin, Section
from district.kernel.backoffice.columns import Choice, Column, Link, Moment, Money, table
from district.kernel.backoffice.search import ExactSearch
from district.kernel.four_eyes.admin import Approve, Reject
from district.merchants.scope import MerchantScopedAdmin, OperatorAction, ScopedFilter

State = FundClaim.State
CLAIM_TONES = {
    "已垫付": "warning",
    "已计入结算": "warning",
    "部分收回": "info",
    "已收回": "success",
    "已核销": "danger",
    "商户免责": "",
}
_OWED = (State.CLAIMED, State.NOTICED, State.PARTLY_RECOVERED)


class DisputeClaim(CreditAction):
    name, label, icon, form_class = "dispute", gettext_lazy("提出异议"), "flag", FundReasonForm
    explanation = gettext_lazy("每笔只能提出一次；处理期间不计入结算。")
    success_message = gettext_lazy("已提出异议，等待处理。")
    verb, row_argument = staticmethod(compensation.dispute_claim), "claim"

    def is_applicable(self, row: Any) -> bool:
        return row.disputed_at is None and row.state in _OWED


class UpholdDispute(OperatorAction):
    name, label, icon, form_class = "uphold", gettext_lazy("异议成立"), "check_circle", FundNoteForm
    permission, row_argument = "compensation.change_fundclaim", "claim"
    explanation = gettext_lazy("商户不再欠款，由基金承担。")
    success_message = gettext_lazy("已免除。")
    verb = staticmethod(compensation.uphold_dispute)

    def is_applicable(self, row: Any) -> bool:
        return row.is_disputed  # type: ignore[no-any-return]


class RejectDispute(UpholdDispute):
    name, label, icon = "reject", gettext_lazy("异议不成立"), "cancel"
    explanation = gettext_lazy("欠款重新计入结算。")
    success_message = gettext_lazy("已驳回。")
    verb = staticmethod(compensation.reject_dispute)


class ProposeWriteOff(OperatorAction):
    name, label, icon, form_class = "write_off", gettext_lazy("提出核销"), "delete", FundReasonForm
    permission, row_argument = "compensation.add_claimwriteoff", "claim"
    explanation = gettext_lazy("由另一人复核；核销后由基金承担，之后收回的款项照常入账。")
    success_message = gettext_lazy("已提交，等待复核。")
    states = _OWED
    verb = staticmethod(compensation.propose_write_off)


@admin.register(FundClaim)
class FundClaimAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(FUND, "request_quote", 66)
    required_permission = "manage_credit"
    operator_permissions = ("view", "change")
    operator_only = frozenset({"merchant", "disputed_by", "dispute_decided_by"})
    empty_hint = gettext_lazy("基金赔付后，商户应偿还的款项会列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    case_number = Column(gettext_lazy("案件"), "case__number")
    state_label = Choice(gettext_lazy("状态"), "state", CLAIM_TONES)
    amount = Money(gettext_lazy("垫付金额"), "amount_fen")
    charged = Money(gettext_lazy("已计入结算"), "charged_fen")
    recovered = Money(gettext_lazy("已收回"), "recovered_fen")
    lost = Money(gettext_lazy("基金承担"), "lost_fen")
    open_sum = Money(gettext_lazy("尚欠"), "open_fen")
    claimed = Moment(gettext_lazy("垫付时间"), "claimed_at")
    list_display = ["public_id", "case_number", "merchant", "amount", "open_sum", "state_label"]
    list_filter = ["state", ("merchant", ScopedFilter)]
    list_select_related = ["case", "merchant"]
    exact_fields = ("public_id", "case__public_id")
    search_help_text = gettext_lazy("完整的编号或案件编号")
    fields = [
        *("public_id", "case_number", "merchant", "state_label", "amount", "charged", "recovered"),
        *("lost", "open_sum", "claimed", "dispute_reason", "disputed_by", "disputed_at"),
        *("dispute_upheld", "dispute_decided_by", "dispute_decided_at", "dispute_decision"),
    ]
    row_actions = (DisputeClaim(), UpholdDispute(), RejectDispute(), ProposeWriteOff())

    def sections(self, request: HttpRequest, row: FundClaim) -> Iterable[Section]:
        yield table(
            _("结算记账"),
            [
                Column(_("记账单号"), "reference"),
                Money(_("金额"), "fen"),
                Moment(_("时间"), "at"),
                Column(_("结算单"), "statement", empty=_("下一期")),
            ],
            row.charges.select_related("statement").order_by("number"),
            empty=_("尚未计入结算。"),
        )


class ApproveWriteOff(Approve, OperatorAction):
    permission = "compensation.change_claimwriteoff"
    explanation = gettext_lazy("通过后由基金承担未收回的部分。")
    success_message = gettext_lazy("已核销。")
    verb, row_argument = staticmethod(compensation.approve_write_off), "proposal"


class RejectWriteOff(Reject, OperatorAction):
    permission = "compensation.change_claimwriteoff"
    verb, row_argument = staticmethod(compensation.reject_write_off), "proposal"


@admin.register(ClaimWriteOff)
class ClaimWriteOffAdmin(ReadOnlyAdmin):
    menu = Menu(FUND, "delete", 67)
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("提出的核销会在这里等待另一人复核。")
    ordering = ["-pk"]
    sortable_by = ()
    claim_no = Link(gettext_lazy("追偿"), "claim__public_id", to="claim")
    merchant_name = Column(gettext_lazy("商户"), "claim__merchant__name")
    open_sum = Money(gettext_lazy("尚欠"), "claim__open_fen")
    state_label = Choice(gettext_lazy("状态"), "state", TONES)
    list_display = ["claim_no", "merchant_name", "open_sum", "reason", "state_label"]
    list_filter = ["state"]
    list_select_related = ["claim__merchant"]
    fields = [
        *("claim_no", "merchant_name", "open_sum", "reason", "state_label"),
        *("proposed_by", "proposed_at", "decided_by", "decided_at", "decision"),
    ]
    row_actions = (ApproveWriteOff(), RejectWriteOff())


register_proposals({ClaimWriteOff: gettext_lazy("待复核核销")}, order=77)
