"""Issue jobs with their progress and what came of their lines; one may be opened and stopped here."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons.admin.common import COUPONS
from coupons.issuing import queries, services, tasks
from coupons.issuing.admin.common import FileOfVersionForm
from coupons.issuing.admin.results import issue_results_table
from coupons.issuing.models import IssueJob, IssueRow
from coupons.issuing.permissions import may_issue
from district.kernel.backoffice import (
    Action,
    Cell,
    DayRangeFilter,
    Menu,
    Section,
    name_verbs,
)
from district.kernel.backoffice.columns import Column
from district.kernel.backoffice.search import ExactSearch
from district.kernel.idempotency import Key
from district.kernel.jobs.admin import (
    DownloadResults,
    DownloadWorkbook,
    JobColumns,
    resume_action,
)
from district.merchants.models import Clerk, Merchant
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter, viewer

name_verbs(open_issue_job=gettext_lazy("开始批量发券"), stop_issue_job=gettext_lazy("停止批量发券"))


def _issues(request: HttpRequest) -> bool:
    who = viewer(request)
    return who.operator or (who.post is not None and who.post.role == Clerk.Role.OWNER)


class JobForm(FileOfVersionForm):
    """A version, and to whom: a file, or one kind of audience."""

    tag = forms.RegexField(
        r"^[a-z][a-z0-9_]{0,29}\Z", label=gettext_lazy("或：会员标签"), required=False
    )
    since = forms.DateTimeField(label=gettext_lazy("或：入会时间起"), required=False)
    until = forms.DateTimeField(label=gettext_lazy("入会时间止（不含）"), required=False)
    buyers_of = forms.ModelChoiceField(
        Merchant.objects.none(), label=gettext_lazy("或：在该商户消费过的会员"), required=False
    )

    def prepare(self) -> None:
        super().prepare()
        self.field("file").required = False
        self.field("file").help_text = _(
            "UTF-8 编码的 CSV，最多 20 万行，第一行是列名：member（会员编号 mem_…）%(phone)s。"
        ) % {"phone": _("或 phone（手机号）") if viewer(self.request).operator else ""}
        who, merchants = viewer(self.request), Merchant.objects.filter(kind=Merchant.Kind.MERCHANT)
        if not who.operator:
            for name in ("tag", "since", "until"):
                del self.fields[name]
            merchants = merchants.filter(pk__in=[who.post.merchant_id] if who.post else [])
        self.field("buyers_of").queryset = merchants.order_by("name_key")

    def clean(self) -> dict[str, Any]:
        cleaned_data: dict[str, Any] = super().clean() or {}
        since, until = cleaned_data.get("since"), cleaned_data.get("until")
        sources = [
            cleaned_data.get("file"),
            cleaned_data.get("tag"),
            since or until,
            cleaned_data.get("buyers_of"),
        ]
        if not self.errors and sum(bool(choice) for choice in sources) != 1:
            raise forms.ValidationError(_("请上传文件，或选择一种人群，二者择一。"))
        if (since is None) != (until is None) or (since and until and since >= until):
            raise forms.ValidationError(_("入会时间须有起止，且起早于止。"))
        return cleaned_data


class OpenJob(Action):
    name, label, icon = "add", gettext_lazy("批量发券"), "send"
    explanation = gettext_lazy(
        "每位会员发一张，不受每人限领约束；库存与预算仍然有效。名单中的手机号只用于查找会员，不会保存。"
    )
    success_message = gettext_lazy("任务已创建，正在后台发放。")
    form_class = JobForm

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        return _issues(request)

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> IssueJob:
        file = cleaned_data["file"]
        job = services.open_issue_job(
            version=cleaned_data["version"],
            to=file.read() if file else _audience(cleaned_data),
            name=cleaned_data["name"],
            by=viewer(request).user,
            key=key,
        )
        transaction.on_commit(tasks.WORKER.wake)
        return job


class StopJob(Action):
    name, label, icon, is_dangerous = "stop", gettext_lazy("停止"), "stop_circle", True
    explanation = gettext_lazy("尚未发放的不再发放，已发放的券保持有效。停止后不能继续。")
    success_message = gettext_lazy("任务已停止。")
    verb, row_argument = staticmethod(services.stop_issue_job), "job"

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        return row is None or may_issue(row.version, viewer(request).user)

    def is_applicable(self, row: IssueJob) -> bool:
        return row.is_open


@admin.register(IssueJob)
class IssueJobAdmin(JobColumns, ExactSearch, MerchantScopedAdmin):
    menu = Menu(COUPONS, "send", 50)
    merchant_paths, required_permission = ("version__template__merchant",), "edit_merchant"
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("把一张券发给一份名单或一群会员：点击“批量发券”。")
    ordering = ["-pk"]
    sortable_by = ()
    template = Column(gettext_lazy("券模板"), "version")
    list_display = [
        *("number", "name", "template", "kind", "state_label"),
        *("progress", "issued", "refused", "made_at"),
    ]
    list_filter = [
        "state",
        ("version__template__merchant", ScopedFilter),
        ("made_at", DayRangeFilter),
    ]
    operator_only = frozenset({"version__template__merchant"})
    list_select_related = ["version__template"]
    exact_fields = ("public_id",)
    search_help_text = gettext_lazy("完整的任务编号")
    fields = [
        *("number", "name", "template", "kind", "audience", "state_label", "progress"),
        *("made_by", "made_at", "started_at", "ended_at"),
    ]
    add_action = OpenJob()
    row_actions = (
        StopJob(),
        DownloadResults(issue_results_table, _issues),
        DownloadWorkbook(issue_results_table, _issues),
        resume_action(IssueJob, tasks.WORKER),
    )

    def sections(self, request: HttpRequest, row: IssueJob) -> Iterable[Section]:
        word = partial(dict(IssueRow.Outcome.choices).get)
        yield Section(
            title=_("结果"),
            headers=[_("结果"), _("原因"), _("行数")],
            rows=[
                (
                    Cell(word(outcome), tone="bad" if code else ""),
                    queries.reason_text(code) if code else "",
                    f"{rows:,}",
                )
                for outcome, code, rows in queries.counts_of(row)
            ],
            empty="",
        )


def _audience(cleaned_data: dict[str, Any]) -> services.IssueAudience:
    return services.IssueAudience(
        tag=cleaned_data.get("tag") or "",
        since=cleaned_data.get("since"),
        until=cleaned_data.get("until"),
        buyers_of=cleaned_data.get("buyers_of"),
    )
