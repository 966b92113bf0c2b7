"""The back office of finance: institutions, reports that owners give them, referrals."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.admin.common import CREDIT, CreditAction, CreditMerchantForm
from credit.financing import services as financing
from credit.financing.access_codes import access_code
from credit.financing.models import FinancingReport, PartnerInstitution, Referral
from credit.financing.printing import file_response, page_response
from credit.financing.queries import institutions, status_of
from credit.financing.services.reports import MOST_DAYS
from district.kernel import clock
from district.kernel.backoffice import ActionForm, Menu, ReadOnlyAdmin, Section, name_verbs
from district.kernel.backoffice.columns import Choice, Column, Moment, table
from district.kernel.idempotency import Key
from district.merchants.scope import (
    MerchantScopedAdmin,
    OperatorAction,
    PostAction,
    ScopedFilter,
    viewer,
)

name_verbs(
    add_institution=gettext_lazy("登记合作机构"),
    change_institution=gettext_lazy("修改合作机构"),
    stop_institution=gettext_lazy("停止合作"),
    resume_institution=gettext_lazy("恢复合作"),
    rotate_access_code=gettext_lazy("更换机构访问码"),
    issue_financing_report=gettext_lazy("出具融资诚信报告"),
    revoke_financing_report=gettext_lazy("撤销融资诚信报告"),
    ask_referral=gettext_lazy("申请融资推荐"),
    record_referral_outcome=gettext_lazy("登记推荐结果"),
)


class InstitutionForm(ActionForm):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("类型"), choices=PartnerInstitution.Kind.choices)
    contact = forms.CharField(label=gettext_lazy("联系方式"), max_length=200)


class AddInstitution(OperatorAction):
    name, label, icon = "add", gettext_lazy("登记合作机构"), "account_balance"
    permission, form_class = "financing.add_partnerinstitution", InstitutionForm
    explanation = gettext_lazy("名称已有时修改其内容。")
    success_message = gettext_lazy("已登记。")
    verb = staticmethod(financing.add_institution)


class StopInstitution(OperatorAction):
    name, label, icon, is_dangerous = "stop", gettext_lazy("停止合作"), "block", True
    permission = "financing.change_partnerinstitution"
    explanation = gettext_lazy("停止后，该机构不能再打开任何报告。")
    success_message = gettext_lazy("已停止。")

    def is_applicable(self, row: Any) -> bool:
        return bool(row.is_active)

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> None:
        financing.set_institution_active(institution=row, is_active=False, by=viewer(request).user)


class ResumeInstitution(OperatorAction):
    name, label, icon = "resume", gettext_lazy("恢复合作"), "play_arrow"
    permission = "financing.change_partnerinstitution"
    success_message = gettext_lazy("已恢复。")

    def is_applicable(self, row: Any) -> bool:
        return not row.is_active

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> None:
        financing.set_institution_active(institution=row, is_active=True, by=viewer(request).user)


class RotateAccessCode(OperatorAction):
    name, label, icon, is_dangerous = "rotate", gettext_lazy("更换访问码"), "key", True
    permission = "financing.change_partnerinstitution"
    explanation = gettext_lazy("旧访问码立即失效，请把新访问码交给该机构。")
    success_message = gettext_lazy("已更换。")
    verb, row_argument = staticmethod(financing.rotate_access_code), "institution"


@admin.register(PartnerInstitution)
class PartnerInstitutionAdmin(ReadOnlyAdmin):
    menu = Menu(CREDIT, "account_balance", 70)
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy(
        "登记咨询、担保、贷款、保险机构后，商户即可向其提供诚信报告或申请推荐。"
    )
    ordering = ["pk"]
    sortable_by = ()
    kind_label = Choice(gettext_lazy("类型"), "kind")
    code = Column(gettext_lazy("访问码"), access_code)
    list_display = ["name", "kind_label", "contact", "is_active"]
    fields = ["public_id", "name", "kind_label", "contact", "is_active", "code"]
    add_action = AddInstitution()
    row_actions = (StopInstitution(), ResumeInstitution(), RotateAccessCode())


class _InstitutionForm(CreditMerchantForm):
    institution = forms.ModelChoiceField(
        PartnerInstitution.objects.none(), label=gettext_lazy("机构")
    )

    def prepare(self) -> None:
        super().prepare()
        self.field("institution").queryset = institutions()


class IssueForm(_InstitutionForm):
    purpose = forms.CharField(label=gettext_lazy("用途"), max_length=100)
    valid_days = forms.IntegerField(
        label=gettext_lazy("有效天数"), min_value=1, max_value=MOST_DAYS, initial=30
    )
    with_transactions = forms.BooleanField(
        label=gettext_lazy("同时提供近十二个月按月交易汇总"), required=False
    )
    is_agreed = forms.BooleanField(
        label=gettext_lazy("本人是店主，同意将上述内容提供给该机构，仅用于该用途")
    )


class IssueReport(PostAction):
    required_permission = "share_credit"
    name, label, icon = "issue", gettext_lazy("出具报告"), "description"
    form_class = IssueForm
    explanation = gettext_lazy(
        "报告内容即时冻结并签名，只供所选机构用于所填用途；到期自动失效，可随时撤销，每次查看都有记录。"
    )
    success_message = gettext_lazy("已出具。")

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> None:
        terms = {name: value for name, value in cleaned_data.items() if name != "is_agreed"}
        financing.issue_report(by=viewer(request).user, key=key, **terms)


class RevokeReport(PostAction):
    required_permission = "share_credit"
    name, label, icon, is_dangerous = "revoke", gettext_lazy("撤销"), "block", True
    explanation = gettext_lazy("撤销后该机构不能再打开，查验显示“已撤销”。")
    success_message = gettext_lazy("已撤销。")
    verb, row_argument = staticmethod(financing.revoke_report), "report"

    def is_applicable(self, row: Any) -> bool:
        return status_of(row, clock.now()) == "valid"


class PrintReport(PostAction):
    required_permission = "share_credit"
    name, label, icon = "print", gettext_lazy("打印"), "print"

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> HttpResponse:
        return page_response(request, row)


class DownloadReport(PostAction):
    required_permission = "share_credit"
    name, label, icon = "download", gettext_lazy("下载签名文件"), "download"

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> HttpResponse:
        return file_response(row)


@admin.register(FinancingReport)
class FinancingReportAdmin(MerchantScopedAdmin):
    menu = Menu(CREDIT, "description", 71)
    required_permission = "share_credit"
    operator_permissions = ("view",)
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("店主可在此向一家机构出具一份用于一个用途的诚信报告。")
    ordering = ["-pk"]
    sortable_by = ()
    status_label = Column(gettext_lazy("状态"), lambda row: status_of(row, clock.now()).label)
    issued, expires = (
        Moment(gettext_lazy("出具时间"), "issued_at"),
        Moment(gettext_lazy("有效期至"), "expires_at"),
    )
    list_display = ["public_id", "merchant", "institution", "purpose", "status_label", "expires"]
    list_filter = [("merchant", ScopedFilter)]
    list_select_related = ["merchant", "institution"]
    fields = [
        *("public_id", "merchant", "institution", "purpose", "consent", "status_label"),
        *("issued", "expires", "revoked_at", "digest", "key_version", "signature"),
    ]
    add_action = IssueReport()
    row_actions = (PrintReport(), DownloadReport(), RevokeReport())

    def sections(self, request: HttpRequest, row: FinancingReport) -> Iterable[Section]:
        yield table(
            _("机构查看记录"), [Moment(_("查看时间"), "viewed_at")], row.views.order_by("-pk")
        )


class ReferralForm(_InstitutionForm):
    wish = forms.CharField(label=gettext_lazy("需求"), max_length=300)


class AskReferral(CreditAction):
    name, label, icon = "ask", gettext_lazy("申请推荐"), "handshake"
    form_class = ReferralForm
    explanation = gettext_lazy("商圈把需求转给机构，不附带任何诚信信息；需要时由店主另行出具报告。")
    success_message = gettext_lazy("已申请。")
    verb = staticmethod(financing.ask_referral)


class ReferralOutcomeForm(ActionForm):
    outcome = forms.ChoiceField(label=gettext_lazy("结果"), choices=Referral.Outcome.choices)
    note = forms.CharField(label=gettext_lazy("结果说明"), max_length=300, required=False)


class RecordReferralOutcome(OperatorAction):
    name, label, icon = "outcome", gettext_lazy("登记结果"), "task_alt"
    permission, form_class = "financing.change_referral", ReferralOutcomeForm
    success_message = gettext_lazy("已登记。")
    verb, row_argument = staticmethod(financing.record_referral_outcome), "referral"

    def is_applicable(self, row: Any) -> bool:
        return not row.outcome


@admin.register(Referral)
class ReferralAdmin(MerchantScopedAdmin):
    menu = Menu(CREDIT, "handshake", 72)
    required_permission = "manage_credit"
    operator_permissions = ("view", "add", "change")
    operator_only = frozenset({"merchant", "asked_by", "recorded_by"})
    empty_hint = gettext_lazy("商户可申请推荐给咨询、担保、贷款或保险机构，结果登记在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    outcome_label = Choice(gettext_lazy("结果"), "outcome")
    asked = Moment(gettext_lazy("申请时间"), "asked_at")
    list_display = ["public_id", "merchant", "institution", "wish", "outcome_label", "asked"]
    list_filter = [("merchant", ScopedFilter), "outcome"]
    list_select_related = ["merchant", "institution"]
    fields = [
        *("public_id", "merchant", "institution", "wish", "asked_by", "asked"),
        *("outcome_label", "outcome_note", "recorded_by", "recorded_at"),
    ]
    add_action = AskReferral()
    row_actions = (RecordReferralOutcome(),)
