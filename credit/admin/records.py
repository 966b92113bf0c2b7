"""失信记录: imported from authorities, proposed and repaired by two people under the charter."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit import services as credit
from credit.admin.common import CREDIT, CreditAction, CreditMerchantForm, register_proposals
from credit.admin.objections import TONES, fact_actions
from credit.models import (
    CharterRecordProposal,
    CreditRecord,
    RecordImport,
    RecordLevel,
    RecordRepair,
)
from credit.public_records import COLUMNS, MOST_BYTES
from district.kernel.backoffice import (
    ActionForm,
    Menu,
    ReadOnlyAdmin,
    Section,
)
from district.kernel.backoffice.columns import Choice, Column, Moment, table
from district.kernel.backoffice.search import ExactSearch
from district.kernel.backoffice.widgets import DayInput
from district.kernel.four_eyes.admin import Approve, Reject
from district.kernel.idempotency import Key
from district.merchants.scope import MerchantScopedAdmin, OperatorAction, ScopedFilter, viewer

_MOST_PROBLEMS = 200


class RecordFileForm(ActionForm):
    file = forms.FileField(
        label=gettext_lazy("文件"),
        help_text=gettext_lazy("UTF-8 编码的 CSV，列名：%(columns)s。")
        % {"columns": "、".join(COLUMNS)},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("文件最大 %(most)d MB。") % {"most": MOST_BYTES // 2**20})
        return file


class ImportRecords(OperatorAction):
    name, label, icon = "import", gettext_lazy("导入公示记录"), "upload_file"
    permission, form_class = "credit.add_recordimport", RecordFileForm
    explanation = gettext_lazy(
        "以认定机关的公示为准：有误的行会被跳过并说明原因，其余照常导入；同一文件再次导入不会改变任何数据。"
    )
    success_message = gettext_lazy("导入完成。")

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> RecordImport:
        return credit.import_public_records(
            content=cleaned_data["file"].read(), by=viewer(request).user
        )


class CharterForm(CreditMerchantForm):
    level = forms.ChoiceField(label=gettext_lazy("等级"), choices=RecordLevel.choices)
    determined_on = forms.DateField(label=gettext_lazy("认定日期"), widget=DayInput)
    title = forms.CharField(label=gettext_lazy("事由与公约条款"), max_length=200)


class ProposeCharterRecord(OperatorAction):
    name, label, icon = "propose", gettext_lazy("提出公约记录"), "gavel"
    permission, form_class = "credit.add_charterrecordproposal", CharterForm
    explanation = gettext_lazy("由另一人复核；通过后公示并扣分，到期自动停止公示。")
    success_message = gettext_lazy("已提交，等待复核。")
    verb = staticmethod(credit.propose_charter_record)


class RepairForm(ActionForm):
    remedy = forms.CharField(label=gettext_lazy("整改情况"), max_length=500)
    pledge = forms.CharField(label=gettext_lazy("信用承诺"), max_length=500)


class RequestRepair(CreditAction):
    name, label, icon = "repair", gettext_lazy("申请修复"), "healing"
    form_class, row_argument = RepairForm, "record"
    explanation = gettext_lazy("整改完成且满最短公示期后可申请；通过后停止公示，不再扣分。")
    success_message = gettext_lazy("已提交，等待复核。")
    verb = staticmethod(credit.request_repair)

    def is_applicable(self, row: Any) -> bool:
        return row.source == CreditRecord.Source.CHARTER


@admin.register(CreditRecord)
class CreditRecordAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(CREDIT, "report", 32)
    required_permission = "view_store"
    operator_permissions = ("view", "change")
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("导入的公示记录与通过复核的公约记录会列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    source_label = Choice(gettext_lazy("来源"), "source")
    list_display = ["number", "merchant", "source_label", "recorded_at"]
    list_filter = [("merchant", ScopedFilter), "source"]
    list_select_related = ["merchant"]
    exact_fields = ("number", "public_id")
    search_help_text = gettext_lazy("完整的文号或编号")
    fields = ["number", "public_id", "merchant", "source_label", "recorded_at"]
    row_actions = (RequestRepair(), *fact_actions())

    def sections(self, request: HttpRequest, row: CreditRecord) -> Iterable[Section]:
        yield table(
            _("各版本"),
            [
                Column(_("版本"), "number"),
                Choice(_("状态"), "state"),
                Choice(_("等级"), "level"),
                Column(_("认定日期"), "determined_on"),
                Column(_("认定机关"), "authority"),
                Column(_("事由"), "title"),
                Column(_("修复日期"), "repaired_on"),
                Moment(_("记录时间"), "recorded_at"),
            ],
            row.versions.order_by("-number"),
        )


@admin.register(RecordImport)
class RecordImportAdmin(ReadOnlyAdmin):
    menu = Menu(CREDIT, "upload_file", 33)
    operator_permissions = ("view", "add")
    empty_hint = gettext_lazy("导入公示记录后，结果会出现在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    counts = ("created", "updated", "unchanged", "refused")
    list_display = ["imported_at", *counts]
    fields = ["imported_at", "imported_by", *counts]
    add_action = ImportRecords()

    def sections(self, request: HttpRequest, row: RecordImport) -> Iterable[Section]:
        yield Section(
            title=_("未导入的行"),
            headers=[_("行"), _("文号"), _("问题")],
            rows=[
                [problem["line"], problem["number"] or "—", problem["problem"]]
                for problem in row.problems[:_MOST_PROBLEMS]
            ],
            empty=_("所有行都已导入。"),
        )


class ApproveCharterRecord(Approve, OperatorAction):
    permission = "credit.change_charterrecordproposal"
    explanation = gettext_lazy("通过后公示并扣分。")
    success_message = gettext_lazy("已登记为失信记录。")
    verb, row_argument = staticmethod(credit.approve_charter_record), "proposal"


class RejectCharterRecord(Reject, OperatorAction):
    permission = "credit.change_charterrecordproposal"
    verb, row_argument = staticmethod(credit.reject_charter_record), "proposal"


@admin.register(CharterRecordProposal)
class CharterRecordProposalAdmin(ReadOnlyAdmin):
    menu = Menu(CREDIT, "gavel", 34)
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("提出的公约记录会在这里等待另一人复核。")
    ordering = ["-pk"]
    sortable_by = ()
    state_label = Choice(gettext_lazy("状态"), "state", TONES)
    level_label = Choice(gettext_lazy("等级"), "level")
    list_display = ["title", "merchant", "level_label", "determined_on", "state_label"]
    list_filter = ["state"]
    list_select_related = ["merchant"]
    fields = [
        *("title", "merchant", "level_label", "determined_on", "state_label"),
        *("proposed_by", "proposed_at", "decided_by", "decided_at", "decision"),
    ]
    add_action = ProposeCharterRecord()
    row_actions = (ApproveCharterRecord(), RejectCharterRecord())


class ApproveRepair(Approve, OperatorAction):
    permission = "credit.change_recordrepair"
    explanation = gettext_lazy("通过后自今日起停止公示，不再扣分。")
    success_message = gettext_lazy("已修复。")
    verb, row_argument = staticmethod(credit.approve_repair), "proposal"


class RejectRepair(Reject, OperatorAction):
    permission = "credit.change_recordrepair"
    verb, row_argument = staticmethod(credit.reject_repair), "proposal"


@admin.register(RecordRepair)
class RecordRepairAdmin(MerchantScopedAdmin):
    menu = Menu(CREDIT, "healing", 35)
    merchant_paths, required_permission = ("record__merchant",), "manage_credit"
    operator_permissions = ("view", "change")
    operator_only = frozenset({"merchant_name", "decided_by"})
    empty_hint = gettext_lazy("商户申请的信用修复会在这里等待复核。")
    ordering = ["-pk"]
    sortable_by = ()
    record_number = Column(gettext_lazy("记录"), "record__number")
    merchant_name = Column(gettext_lazy("商户"), "record__merchant__name")
    state_label = Choice(gettext_lazy("状态"), "state", TONES)
    list_display = ["record_number", "merchant_name", "state_label", "due_at"]
    list_filter = ["state"]
    list_select_related = ["record__merchant"]
    fields = [
        *("record_number", "merchant_name", "remedy", "pledge", "state_label", "due_at"),
        *("proposed_by", "proposed_at", "decided_by", "decided_at", "decision"),
    ]
    row_actions = (ApproveRepair(), RejectRepair())


register_proposals(
    {
        CharterRecordProposal: gettext_lazy("待复核公约记录"),
        RecordRepair: gettext_lazy("待复核信用修复"),
    },
    order=72,
)
