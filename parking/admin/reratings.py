"""重新计费: stays of a period priced anew after a mistake in a version; planned, approved, gone through."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import (
    ActionForm,
    DayRangeFilter,
    Menu,
    Pending,
    Section,
    name_verbs,
    register_pending,
)
from district.kernel.backoffice.columns import Choice, Column, Link, Moment, Money, Number, table
from district.kernel.backoffice.replays import Replay
from district.kernel.backoffice.sections import progress_bar
from district.kernel.backoffice.widgets import InstantInput
from district.kernel.four_eyes.admin import Approve, Reject
from district.kernel.idempotency import Key
from district.kernel.jobs.admin import TONES, DownloadResults
from district.kernel.text.sheets import Table, Yuan
from district.merchants.scope import MerchantScopedAdmin, RoleAction, ScopedFilter, viewer
from parking import services as parking
from parking import tasks
from parking.admin.common import PARKING
from parking.models import ReratedStay, Rerating, ReratingJob, TariffVersion
from parking.models.reratings import LONGEST_RERATING_REASON

Outcome = ReratedStay.Outcome
_SHOWN_ROWS = 50

name_verbs(
    plan_rerating=gettext_lazy("试算重新计费"),
    approve_rerating=gettext_lazy("通过重新计费"),
    reject_rerating=gettext_lazy("拒绝重新计费"),
    stop_rerating=gettext_lazy("停止重新计费"),
)


class RerateForm(ActionForm):
    rules_from = forms.ModelChoiceField(
        TariffVersion.objects.none(),
        label=gettext_lazy("正确的版本"),
        help_text=gettext_lazy("同一收费标准的草稿，或已发布的其他版本。"),
    )
    start = forms.DateTimeField(label=gettext_lazy("入场时间起"), widget=InstantInput)
    end = forms.DateTimeField(label=gettext_lazy("入场时间止（不含）"), widget=InstantInput)
    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=LONGEST_RERATING_REASON,
        help_text=gettext_lazy("退款时车主看得到。"),
    )

    def prepare(self) -> None:
        others = TariffVersion.objects.filter(tariff=self.row.tariff_id).exclude(pk=self.row.pk)
        self.field("rules_from").queryset = others.exclude(
            state=TariffVersion.State.WITHDRAWN
        ).order_by("-number")


class PlanRerating(RoleAction):
    name, label, icon = "rerate", gettext_lazy("重新计费"), "restart_alt"
    explanation = gettext_lazy(
        "先试算，不改变任何费用；由另一人复核通过后才逐条重新计费，多收的自动退回，少收的不再补收。"
    )
    success_message = gettext_lazy("试算已完成，等待另一人复核。")
    form_class = RerateForm
    required_permission = "edit_tariffs"
    states = {TariffVersion.State.PUBLISHED, TariffVersion.State.CORRECTION}
    row_argument, opens_result = "version", True
    is_edit = False  # its first values are suggestions
    verb = staticmethod(parking.plan_rerating)

    def initial(self, request: HttpRequest, row: TariffVersion) -> dict[str, Any]:
        return {"start": row.valid.lower, "end": row.valid.upper}


class ApproveRerating(Approve, RoleAction):
    explanation = gettext_lazy("通过后在后台逐条重新计费并退款，已退的不能撤回。")
    success_message = gettext_lazy("已通过，正在后台处理。")
    required_permission = "publish_tariffs"
    is_dangerous = True
    verb, row_argument = staticmethod(parking.approve_rerating), "rerating"

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> Any:
        transaction.on_commit(tasks.RERATING.wake)
        return super().run(request, row, cleaned_data, key)


class RejectRerating(Reject, RoleAction):
    required_permission = "publish_tariffs"
    verb, row_argument = staticmethod(parking.reject_rerating), "rerating"


class StopRerating(RoleAction):
    name, label, icon, is_dangerous = "stop", gettext_lazy("停止"), "stop_circle", True
    explanation = gettext_lazy("尚未处理的停车不再重新计费，已退的款不收回。停止后不能继续。")
    success_message = gettext_lazy("已停止。")
    required_permission = "publish_tariffs"
    verb, row_argument = staticmethod(parking.stop_rerating), "rerating"

    def is_applicable(self, row: Rerating) -> bool:
        job = _job(row)
        return job is not None and job.is_open


class ResumeRerating(Replay):
    """Of the job; a re-rating and its job have one number."""

    def is_applicable(self, row: Rerating) -> bool:
        job = _job(row)
        return job is not None and job.set_aside_at is not None


def _job(row: Rerating) -> ReratingJob | None:
    return getattr(row, "job", None)


def _progress(row: Rerating) -> str:
    job = _job(row)
    return "" if job is None else progress_bar(job.answered, job.row_count)


def _job_state(row: Rerating) -> str:
    job = _job(row)
    if job is None:
        return ""
    return _("已搁置") if job.set_aside_at else str(job.get_state_display())


def rerated_stays_table(rerating: Rerating) -> Table:
    """Stay by stay."""
    heads = [
        *(_("停车记录"), _("入场时间"), _("原费用"), _("更正后费用"), _("已付")),
        *(_("预计退款"), _("结果"), _("退款"), _("原因代码")),
    ]
    rows: QuerySet[ReratedStay] = rerating.rows.select_related("stay").order_by("pk")
    return Table(_("逐条结果"), heads, map(_cells, rows.iterator(chunk_size=1_000)))


def _cells(row: ReratedStay) -> list[Any]:
    before, after = (None if fen is None else Yuan(fen) for fen in (row.before_fen, row.after_fen))
    return [
        row.stay.public_id,
        row.stay.entered_at.isoformat() if row.stay.entered_at else "",
        *(before, after, Yuan(row.paid_fen), Yuan(row.planned_fen)),
        str(row.get_outcome_display()),
        *(Yuan(row.refunded_fen), row.code),
    ]


@admin.register(Rerating)
class ReratingAdmin(MerchantScopedAdmin):
    menu = Menu(PARKING, "restart_alt", 16)
    merchant_paths, required_permission = ("version__tariff__merchant",), "edit_tariffs"
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("发现已发布的收费标准有误时，在该版本的页面点击“重新计费”。")
    merchant = Column(gettext_lazy("商户"), "version__tariff__merchant")
    state_label = Choice(
        gettext_lazy("复核"),
        "state",
        {"待复核": "warning", "已通过": "success", "已拒绝": ""},
    )
    job_label = Column(gettext_lazy("处理"), _job_state, tones=TONES)
    progress = Column(gettext_lazy("进度"), _progress)
    starts = Moment(gettext_lazy("入场时间起"), lambda row: row.entered.lower)
    ends = Moment(gettext_lazy("入场时间止"), lambda row: row.entered.upper)
    planned_rows = Number(gettext_lazy("停车记录数"), "planned_stays")
    refunds = Number(gettext_lazy("预计退款数"), "planned_refunds")
    amount = Money(gettext_lazy("预计退款金额"), "planned_refund_fen")
    dearer = Number(gettext_lazy("少收的停车记录数"), "planned_dearer")
    list_display = [
        *("public_id", "state_label", "job_label", "progress", "version", "merchant"),
        *("planned_rows", "amount", "proposed_at"),
    ]
    list_filter = [
        "state",
        ("version__tariff__merchant", ScopedFilter),
        ("proposed_at", DayRangeFilter),
    ]
    list_select_related = ["version__tariff__merchant", "job"]
    ordering = ["-pk"]
    sortable_by = ()
    fields = [
        *("public_id", "state_label", "job_label", "progress", "version", "correction", "merchant"),
        *("starts", "ends", "reason", "planned_rows", "refunds", "amount", "dearer"),
        *("proposed_by", "proposed_at", "decided_by", "decided_at", "decision"),
    ]
    row_actions = (
        *(ApproveRerating(), RejectRerating(), StopRerating()),
        DownloadResults(rerated_stays_table, lambda request: viewer(request).can("edit_tariffs")),
        ResumeRerating(
            ReratingJob,
            tasks.RERATING.wake,
            label=gettext_lazy("继续处理"),
            explanation=gettext_lazy(
                "多次失败后任务已搁置。原因排除后从中断处继续，已处理的停车不会重复。"
            ),
        ),
    )

    def sections(self, request: HttpRequest, row: Rerating) -> Iterable[Section]:
        counts = row.rows.values("outcome").annotate(
            number=Count("pk"), planned=Sum("planned_fen"), refunded=Sum("refunded_fen")
        )
        found = {line["outcome"]: line for line in counts}
        yield table(
            _("结果"),
            [
                Column(_("结果"), lambda line: Outcome(line["outcome"]).label),
                Number(_("停车记录"), lambda line: line["number"]),
                Money(_("预计退款"), lambda line: line["planned"]),
                Money(_("退款"), lambda line: line["refunded"]),
            ],
            [found[outcome] for outcome in Outcome.values if outcome in found],
        )
        largest = row.rows.filter(Q(planned_fen__gt=0) | Q(refunded_fen__gt=0))
        yield table(
            _("退款最多的停车"),
            [
                Link(_("停车记录"), "stay__public_id", to="stay"),
                Moment(_("入场时间"), "stay__entered_at"),
                Money(_("原费用"), "before_fen"),
                Money(_("更正后费用"), "after_fen"),
                Money(_("已付"), "paid_fen"),
                Money(_("预计退款"), "planned_fen"),
                Choice(_("结果"), "outcome"),
                Money(_("退款"), "refunded_fen"),
            ],
            largest.select_related("stay").order_by("-planned_fen", "pk")[:_SHOWN_ROWS],
            empty=_("没有需要退款的停车。"),
        )


register_pending(
    Pending(
        Rerating,
        gettext_lazy("待复核重新计费"),
        Rerating.State.PROPOSED,
        is_allowed=lambda request: viewer(request).can("publish_tariffs"),
        # Who proposed it leaves it to another.
        unless=lambda request: Q(proposed_by=viewer(request).user),
    ),
    order=45,
)
