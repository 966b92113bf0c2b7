"""证据文件: what was handed in, what waits for a person, who looked at it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.admin.common import CREDIT
from credit.evidence import services as evidence
from credit.evidence.admin.uploads import evidence_file_field, store_upload
from credit.evidence.models import EvidenceFile
from credit.evidence.queries import link_for
from credit.evidence.responses import file_response
from credit.evidence.texts import VISIBILITIES
from credit.evidence.values import CheckState, FileKind, Side, Visibility
from district.kernel.backoffice import (
    ActionForm,
    DayRangeFilter,
    Menu,
    Pending,
    ReadOnlyAdmin,
    name_verbs,
    register_pending,
)
from district.kernel.backoffice.columns import Choice, Column, Moment, table
from district.kernel.backoffice.search import ExactSearch
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key
from district.members.models import User
from district.merchants.scope import OperatorAction, viewer

name_verbs(
    pass_evidence_file=gettext_lazy("通过证据文件"),
    refuse_evidence_file=gettext_lazy("不通过证据文件"),
    set_evidence_visibility=gettext_lazy("设定证据可见范围"),
    erase_evidence_file=gettext_lazy("删除证据文件"),
)
TONES = {
    "等待检测": "info",
    "检测中": "info",
    "待人工审核": "warning",
    "已通过": "success",
    "未通过": "danger",
}
_MEGABYTE, _KILOBYTE = 1_000_000, 1_000
_MOST_ACCESSES = 50


@dataclass(frozen=True)
class EvidencePanel:
    """A file as a page shows it: a picture, or a button that fetches it; empty `url` once it is erased."""

    url: str
    caption: str
    is_picture: bool

    template: str = field(default="evidence/panel.html", init=False)


def evidence_panel(file: EvidenceFile, person: User, side: Side) -> EvidencePanel:
    """For this person, for ten minutes; for other screens too, which include `template`."""
    link = link_for(file, person, side)
    url = reverse("admin:evidence_evidencefile_content", args=[link.token]) if link else ""
    caption = (
        f"{file.get_kind_display()} · {format_size(file.size_bytes)} · {file.get_state_display()}"
    )
    return EvidencePanel(url, caption, file.kind == FileKind.IMAGE)


def format_size(size: int) -> str:
    """2.4 MB, 310 KB."""
    if size >= _MEGABYTE:
        return f"{size / _MEGABYTE:.1f} MB"
    return f"{max(1, size // _KILOBYTE)} KB"


class _JudgeAction(OperatorAction):
    """An action beside the file."""

    permission, row_argument, template = (
        "evidence.change_evidencefile",
        "file",
        "evidence/judge.html",
    )
    target: CheckState

    def is_applicable(self, row: EvidenceFile) -> bool:
        return row.erased_at is None and row.state != self.target

    def context(self, request: HttpRequest, row: EvidenceFile) -> dict[str, Any]:
        return {"panels": [evidence_panel(row, viewer(request).user, Side.OFFICER)]}


class PassFile(_JudgeAction):
    name, label, icon, target = "pass", gettext_lazy("通过"), "check_circle", CheckState.PASSED
    explanation = gettext_lazy("通过后，按上传人选择的可见范围向对方显示。")
    success_message = gettext_lazy("已通过。")
    verb = staticmethod(evidence.pass_file)


class ReasonForm(ActionForm):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class RefuseFile(_JudgeAction):
    name, label, icon, target = "refuse", gettext_lazy("不通过"), "block", CheckState.REFUSED
    is_dangerous, form_class = True, ReasonForm
    explanation = gettext_lazy("只有上传人与工作人员能看到；文件仍作为证据封存。")
    success_message = gettext_lazy("已隐藏。")
    verb = staticmethod(evidence.refuse_file)


class VisibilityForm(ReasonForm):
    visibility = forms.ChoiceField(label=gettext_lazy("可见范围"), choices=VISIBILITIES)


class SetVisibility(OperatorAction):
    name, label, icon, is_edit = "visibility", gettext_lazy("设定可见范围"), "visibility", True
    permission, row_argument = "evidence.change_evidencefile", "file"
    form_class = VisibilityForm
    explanation = gettext_lazy("公开须经当事人同意，且文件已通过审核。")
    success_message = gettext_lazy("已设定。")
    verb = staticmethod(evidence.set_visibility)

    def is_applicable(self, row: EvidenceFile) -> bool:
        return row.erased_at is None

    def initial(self, request: HttpRequest, row: EvidenceFile) -> dict[str, Any]:
        return {"visibility": row.visibility}


class EraseFile(OperatorAction):
    name, label, icon, is_dangerous = "erase", gettext_lazy("依申请删除"), "delete", True
    permission, row_argument, form_class = "evidence.change_evidencefile", "file", ReasonForm
    explanation = gettext_lazy("原件与展示件都会删除且无法恢复，只保留摘要。")
    success_message = gettext_lazy("已删除。")
    verb = staticmethod(evidence.erase_on_request)

    def is_applicable(self, row: EvidenceFile) -> bool:
        return row.erased_at is None


class UploadForm(ActionForm):
    file = evidence_file_field()
    visibility = forms.ChoiceField(
        label=gettext_lazy("可见范围"),
        choices=VISIBILITIES[:-1],
        initial=Visibility.PARTIES.value,
    )


class UploadFile(OperatorAction):
    name, label, icon = "add", gettext_lazy("上传证据"), "upload_file"
    permission, form_class = "evidence.add_evidencefile", UploadForm
    explanation = gettext_lazy("上传后在案件中引用其编号；七天内没有引用的会删除。")
    success_message = gettext_lazy("已上传。")

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> EvidenceFile:
        return store_upload(
            cleaned_data["file"],
            owner=viewer(request).user,
            side=Side.OFFICER,
            visibility=Visibility(cleaned_data["visibility"]),
            key=key,
        )


@admin.register(EvidenceFile)
class EvidenceFileAdmin(ExactSearch, ReadOnlyAdmin):
    menu = Menu(CREDIT, "perm_media", 50)
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("投诉双方和工作人员上传的图片、PDF 与视频会列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    state_label = Choice(gettext_lazy("内容审核"), "state", TONES)
    side_label = Choice(gettext_lazy("上传方"), "side")
    kind_label = Choice(gettext_lazy("类型"), "kind")
    visibility_label = Choice(gettext_lazy("可见范围"), "visibility")
    case_number = Column(gettext_lazy("案件编号"), lambda row: row.subject or "—")
    size = Column(gettext_lazy("大小"), lambda row: format_size(row.size_bytes))
    erasure = Column(gettext_lazy("删除原因"), lambda row: row.get_erasure_reason_display() or "—")
    list_display = [
        *("public_id", "case_number", "side_label", "kind_label", "size"),
        *("state_label", "visibility_label", "at"),
    ]
    list_filter = ["state", "kind", "side", "visibility", ("at", DayRangeFilter)]
    exact_fields = ("public_id", "subject", "sha256")
    search_help_text = gettext_lazy("完整的文件编号、案件编号或摘要")
    fields = [
        *("public_id", "case_number", "side_label", "kind_label", "media_type", "size", "sha256"),
        *("state_label", "check_label", "judged_by", "judged_at", "visibility_label"),
        *("at", "bound_at", "erased_at", "erasure"),
    ]
    add_action = UploadFile()
    row_actions = (PassFile(), RefuseFile(), SetVisibility(), EraseFile())

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.content_view)
        own = path("content/<str:token>/", view, name="evidence_evidencefile_content")
        return [own, *super().get_urls()]

    def content_view(self, request: HttpRequest, token: str) -> HttpResponseBase:
        """The file behind a link of this person's, for whichever screen of the back office made it."""
        try:
            return file_response(evidence.open_file(token=token, viewer=viewer(request).user))
        except DomainError:
            raise Http404 from None

    def sections(self, request: HttpRequest, row: EvidenceFile) -> Iterable[Any]:
        yield evidence_panel(row, viewer(request).user, Side.OFFICER)
        yield table(
            _("查看记录"),
            [
                Column(_("查看人"), lambda access: str(access.by or "—")),
                Choice(_("用途"), "purpose"),
                Moment(_("时间"), "at"),
            ],
            row.accesses.select_related("by").order_by("-pk")[:_MOST_ACCESSES],
            empty=_("还没有人查看过。"),
        )


register_pending(
    Pending(
        EvidenceFile,
        gettext_lazy("待审核证据"),
        CheckState.HELD,
        is_allowed=lambda request: viewer(request).operator,
        unless=lambda _request: Q(erased_at__isnull=False),
    ),
    order=76,
)
