"""What is done to a template version, from draft to stop."""

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from coupons import services as coupons
from coupons.admin import draft_form
from coupons.admin.approval_view import approval_panels
from coupons.admin.card_panels import CardViewPanel, card_view_of_form, live_preview
from coupons.card_view import card_view_of
from coupons.models import TemplateVersion
from coupons.queries.catalogue import stock_of
from district.kernel import idempotency
from district.kernel.backoffice import Action, ActionForm
from district.kernel.idempotency import Key
from district.merchants.scope import OperatorAction, viewer

State = TemplateVersion.State


class DraftAction(Action):
    """Of whoever may plan campaigns of the template's merchant."""

    row_argument = "version"

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        who = viewer(request)
        if not who.can("run_campaigns"):
            return False
        return row is None or who.operator or self._own(request, row)

    @staticmethod
    def _own(request: HttpRequest, row: TemplateVersion) -> bool:
        post = viewer(request).post
        return post is not None and row.template.merchant_id == post.merchant_id


class _DraftFormAction(DraftAction):
    """An act whose form is a draft, with the coupon's face beside it."""

    template = "coupons/draft.html"

    def context(self, request: HttpRequest, row: TemplateVersion | None) -> dict[str, Any]:
        return {"face": card_view_of(row)} if row is not None and request.method == "GET" else {}

    def needs_preview(self, request: HttpRequest, form: ActionForm) -> bool:
        """The button for a browser without script; nothing is saved."""
        return request.POST.get("look") == "page"

    def build_preview(self, request: HttpRequest, row: Any, form: Any) -> list[Any]:
        face = card_view_of_form(form)
        return [] if face is None else [CardViewPanel(face)]

    def submit(self, request: HttpRequest, row: Any, form: Any) -> Any:
        if request.POST.get("look") == "card":
            # The page's script asks while somebody types; nothing is saved.
            return live_preview(request, form)
        return super().submit(request, row, form)


class NewTemplate(_DraftFormAction):
    name, label, icon = "add", gettext_lazy("新建券模板"), "add_card"
    explanation = gettext_lazy("先存为草稿；提交后由运营方的另一人审批，批准后才会发放。")
    success_message = gettext_lazy("草稿已保存。")
    is_edit = False  # its first values are suggestions: what it stores is new
    form_class = draft_form.NewTemplateForm

    def initial(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        return draft_form.first_values(viewer(request))

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> TemplateVersion:
        by = viewer(request).user
        with transaction.atomic():
            if (earlier := idempotency.claim_key(key)) is not None:
                return TemplateVersion.objects.get(pk=earlier)
            template = coupons.create_template(
                name=cleaned_data["name"], merchant=cleaned_data["merchant"], by=by
            )
            draft = TemplateVersion(template=template)
            payers = draft_form.fill(draft, cleaned_data)
            draft_form.attach_picture(draft, cleaned_data)
            draft = coupons.save_draft(draft=draft, payers=payers, by=by)
            idempotency.store_result(key, draft.pk)
        return draft


class EditDraft(_DraftFormAction):
    name, label, icon = "edit", gettext_lazy("修改草稿"), "edit"
    is_edit = True
    success_message = gettext_lazy("草稿已保存。")
    form_class = draft_form.DraftForm
    states = {State.DRAFT}

    def initial(self, request: HttpRequest, row: TemplateVersion) -> dict[str, Any]:
        return draft_form.initial_values(row, viewer(request))

    def run(
        self, request: HttpRequest, row: TemplateVersion, cleaned_data: dict[str, Any], key: Key
    ) -> TemplateVersion:
        payers = draft_form.fill(row, cleaned_data)
        draft_form.attach_picture(row, cleaned_data)
        return coupons.save_draft(draft=row, payers=payers, by=viewer(request).user)


class NewVersion(EditDraft):
    name, label, icon = "new-version", gettext_lazy("另存为新版本"), "content_copy"
    is_edit = False
    explanation = gettext_lazy("已提交的版本不能修改；新版本批准后，旧版本停止发放，已领的券不变。")
    states = set(State) - {State.DRAFT}

    def run(
        self, request: HttpRequest, row: TemplateVersion, cleaned_data: dict[str, Any], key: Key
    ) -> TemplateVersion:
        with transaction.atomic():
            if (earlier := idempotency.claim_key(key)) is not None:
                return TemplateVersion.objects.get(pk=earlier)
            draft = TemplateVersion(template=row.template)
            payers = draft_form.fill(draft, cleaned_data)
            draft_form.attach_picture(draft, cleaned_data)
            draft = coupons.save_draft(draft=draft, payers=payers, by=viewer(request).user)
            idempotency.store_result(key, draft.pk)
        return draft


class SubmitVersion(DraftAction):
    name, label, icon = "submit", gettext_lazy("提交审批"), "send"
    explanation = gettext_lazy("提交后内容不能再改。")
    success_message = gettext_lazy("已提交，等待审批。")
    states, verb = {State.DRAFT}, staticmethod(coupons.submit_version)


class ApprovalNoteForm(ActionForm):
    note = forms.CharField(label=gettext_lazy("审批意见"), max_length=200, required=False)


class RejectionReasonForm(ActionForm):
    note = forms.CharField(label=gettext_lazy("驳回原因"), max_length=200)


class _VersionDecision(OperatorAction):
    """The verb refuses whoever wrote or submitted the version, and says so."""

    permission = "coupons.change_templateversion"
    states, row_argument = {State.SUBMITTED}, "version"

    def aside(self, request: HttpRequest, row: TemplateVersion) -> list[Any]:
        return [CardViewPanel(card_view_of(row)), *approval_panels(row)]


class ApproveVersion(_VersionDecision):
    name, label, icon = "approve", gettext_lazy("批准"), "check_circle"
    explanation = gettext_lazy("批准后按领取时间发放；同一模板正在发放的旧版本随即停止。")
    success_message = gettext_lazy("已批准。")
    form_class = ApprovalNoteForm
    verb = staticmethod(coupons.approve_version)


class RejectVersion(_VersionDecision):
    name, label, icon, is_dangerous = "reject", gettext_lazy("驳回"), "cancel", True
    success_message = gettext_lazy("已驳回。")
    form_class = RejectionReasonForm
    verb = staticmethod(coupons.reject_version)


class StopVersion(DraftAction):
    name, label, icon, is_dangerous = "stop", gettext_lazy("停止发放"), "block", True
    explanation = gettext_lazy("不再发放，不能恢复；已领的券继续有效，未用的预算退回。")
    success_message = gettext_lazy("已停止发放。")
    states, verb = {State.PUBLISHED}, staticmethod(coupons.stop_version)


class StockForm(ActionForm):
    stock_was = forms.IntegerField(label=gettext_lazy("现有库存"), min_value=1, max_value=10**9)
    stock = forms.IntegerField(label=gettext_lazy("改为"), min_value=1, max_value=10**9)


class ResizeStock(DraftAction):
    name, label, icon = "resize", gettext_lazy("调整库存"), "inventory"
    is_edit = True
    explanation = gettext_lazy("新旧数量都要填写；其间被他人改过则不会生效。不能少于已发出的数量。")
    success_message = gettext_lazy("库存已调整。")
    form_class = StockForm
    verb = staticmethod(coupons.resize_stock)

    def is_applicable(self, row: TemplateVersion) -> bool:
        return row.state == State.PUBLISHED and row.stock is not None

    def initial(self, request: HttpRequest, row: TemplateVersion) -> dict[str, Any]:
        return {"stock_was": stock_of(row)[0]}
