"""What is done to a template version, from draft to stop."""

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from coupons import services as coupons
from coupons.admin import drafting
from coupons.admin.approving import approval_panels
from coupons.admin.faces import FacePanel, face_of_form, live_preview
from coupons.faces import face_of
from coupons.models import TemplateVersion
from coupons.queries.centre import stock_of
from district.kernel import idempotency
from district.kernel.backoffice import Act, ActForm
from district.kernel.idempotency import Key
from district.merchants.scope import viewer

State = TemplateVersion.State


class _Drafting(Act):
    """Of whoever may plan campaigns of the template's merchant."""

    def may(self, request: HttpRequest, row: Any) -> bool:
        who = viewer(request)
        if not who.can("run_campaigns"):
            return False
        return row is None or who.operator or self._own(request, row)

    @staticmethod
    def _own(request: HttpRequest, row: TemplateVersion) -> bool:
        post = viewer(request).post
        return post is not None and row.template.merchant_id == post.merchant_id


class _Writing(_Drafting):
    """An act whose form is a draft, with the coupon's face beside it."""

    template = "coupons/draft.html"

    def context(self, request: HttpRequest, row: TemplateVersion | None) -> dict[str, Any]:
        return {"face": face_of(row)} if row is not None and request.method == "GET" else {}

    def wants_a_look(self, request: HttpRequest, form: ActForm) -> bool:
        """The button for a browser without script; nothing is saved."""
        return request.POST.get("look") == "page"

    def look(self, request: HttpRequest, row: Any, form: Any) -> list[Any]:
        face = face_of_form(form)
        return [] if face is None else [FacePanel(face)]

    def attempt(self, request: HttpRequest, row: Any, form: Any) -> Any:
        if request.POST.get("look") == "card":
            # The page's script asks while somebody types; nothing is saved.
            return live_preview(request, form)
        return super().attempt(request, row, form)


class NewTemplate(_Writing):
    name, label, icon = "add", gettext_lazy("新建券模板"), "add_card"
    explain = gettext_lazy("先存为草稿；提交后由运营方的另一人审批，批准后才会发放。")
    done = gettext_lazy("草稿已保存。")
    is_edit = False  # its first values are suggestions: what it stores is new
    form_class = drafting.NewTemplateForm

    def initial(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        return drafting.first_values(viewer(request))

    def run(
        self, request: HttpRequest, row: Any, asked: dict[str, Any], key: Key
    ) -> TemplateVersion:
        by = viewer(request).user
        with transaction.atomic():
            if (earlier := idempotency.claim(key)) is not None:
                return TemplateVersion.objects.get(pk=earlier)
            template = coupons.create_template(
                name=asked["name"], merchant=asked["merchant"], by=by
            )
            draft = TemplateVersion(template=template)
            payers = drafting.fill(draft, asked)
            drafting.show_picture(draft, asked)
            draft = coupons.save_draft(draft=draft, payers=payers, by=by)
            idempotency.answer(key, draft.pk)
        return draft


class EditDraft(_Writing):
    name, label, icon = "edit", gettext_lazy("修改草稿"), "edit"
    is_edit = True
    done = gettext_lazy("草稿已保存。")
    form_class = drafting.DraftForm

    def fits(self, row: TemplateVersion) -> bool:
        return row.state == State.DRAFT

    def initial(self, request: HttpRequest, row: TemplateVersion) -> dict[str, Any]:
        return drafting.spoken(row, viewer(request))

    def run(
        self, request: HttpRequest, row: TemplateVersion, asked: dict[str, Any], key: Key
    ) -> TemplateVersion:
        payers = drafting.fill(row, asked)
        drafting.show_picture(row, asked)
        return coupons.save_draft(draft=row, payers=payers, by=viewer(request).user)


class NewVersion(EditDraft):
    name, label, icon = "new-version", gettext_lazy("另存为新版本"), "content_copy"
    is_edit = False
    explain = gettext_lazy("已提交的版本不能修改；新版本批准后，旧版本停止发放，已领的券不变。")

    def fits(self, row: TemplateVersion) -> bool:
        return row.state != State.DRAFT

    def run(
        self, request: HttpRequest, row: TemplateVersion, asked: dict[str, Any], key: Key
    ) -> TemplateVersion:
        with transaction.atomic():
            if (earlier := idempotency.claim(key)) is not None:
                return TemplateVersion.objects.get(pk=earlier)
            draft = TemplateVersion(template=row.template)
            payers = drafting.fill(draft, asked)
            drafting.show_picture(draft, asked)
            draft = coupons.save_draft(draft=draft, payers=payers, by=viewer(request).user)
            idempotency.answer(key, draft.pk)
        return draft


class Submit(_Drafting):
    name, label, icon = "submit", gettext_lazy("提交审批"), "send"
    explain = gettext_lazy("提交后内容不能再改。")
    done = gettext_lazy("已提交，等待审批。")

    def fits(self, row: TemplateVersion) -> bool:
        return row.state == State.DRAFT

    def run(self, request: HttpRequest, row: Any, asked: dict[str, Any], key: Key) -> None:
        coupons.submit_version(version=row, by=viewer(request).user)


class NoteForm(ActForm):
    note = forms.CharField(label=gettext_lazy("审批意见"), max_length=200, required=False)


class ReasonForm(ActForm):
    note = forms.CharField(label=gettext_lazy("驳回原因"), max_length=200)


class _Deciding(Act):
    """The operator's; the verb refuses whoever wrote or submitted the version, and says so."""

    def may(self, request: HttpRequest, row: TemplateVersion) -> bool:
        return viewer(request).operator and request.user.has_perm("coupons.change_templateversion")

    def fits(self, row: TemplateVersion) -> bool:
        return row.state == State.SUBMITTED

    def beside(self, request: HttpRequest, row: TemplateVersion) -> list[Any]:
        return [FacePanel(face_of(row)), *approval_panels(row)]


class Approve(_Deciding):
    name, label, icon = "approve", gettext_lazy("批准"), "check_circle"
    explain = gettext_lazy("批准后按领取时间发放；同一模板正在发放的旧版本随即停止。")
    done = gettext_lazy("已批准。")
    form_class = NoteForm

    def run(self, request: HttpRequest, row: Any, asked: dict[str, Any], key: Key) -> None:
        coupons.approve_version(version=row, by=viewer(request).user, **asked)


class Reject(_Deciding):
    name, label, icon, danger = "reject", gettext_lazy("驳回"), "cancel", True
    done = gettext_lazy("已驳回。")
    form_class = ReasonForm

    def run(self, request: HttpRequest, row: Any, asked: dict[str, Any], key: Key) -> None:
        coupons.reject_version(version=row, by=viewer(request).user, **asked)


class Stop(_Drafting):
    name, label, icon, danger = "stop", gettext_lazy("停止发放"), "block", True
    explain = gettext_lazy("不再发放，不能恢复；已领的券继续有效，未用的预算退回。")
    done = gettext_lazy("已停止发放。")

    def fits(self, row: TemplateVersion) -> bool:
        return row.state == State.PUBLISHED

    def run(self, request: HttpRequest, row: Any, asked: dict[str, Any], key: Key) -> None:
        coupons.stop_version(version=row, by=viewer(request).user)


class StockForm(ActForm):
    stock_was = forms.IntegerField(label=gettext_lazy("现有库存"), min_value=1, max_value=10**9)
    stock = forms.IntegerField(label=gettext_lazy("改为"), min_value=1, max_value=10**9)


class Resize(_Drafting):
    name, label, icon = "resize", gettext_lazy("调整库存"), "inventory"
    is_edit = True
    explain = gettext_lazy("新旧数量都要填写；其间被他人改过则不会生效。不能少于已发出的数量。")
    done = gettext_lazy("库存已调整。")
    form_class = StockForm

    def fits(self, row: TemplateVersion) -> bool:
        return row.state == State.PUBLISHED and row.stock is not None

    def initial(self, request: HttpRequest, row: TemplateVersion) -> dict[str, Any]:
        return {"stock_was": stock_of(row)[0]}

    def run(self, request: HttpRequest, row: Any, asked: dict[str, Any], key: Key) -> None:
        coupons.resize_stock(version=row, by=viewer(request).user, **asked)
