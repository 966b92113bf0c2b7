"""Templates and their versions: drafted by merchants or the operator, approved by another person."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from coupons import services as coupons
from coupons.admin import drafting
from coupons.admin.common import COUPONS
from coupons.labels import benefit_in_words
from coupons.models import TemplateVersion
from coupons.queries.campaign import borne_by, days_of, figures_of
from coupons.queries.centre import stock_of
from coupons.queries.versions import said_by
from district.kernel import idempotency
from district.kernel.backoffice import Act, ActForm, Menu, Section, moment
from district.kernel.idempotency import Key
from district.kernel.money import format_yuan
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter, viewer

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


class NewTemplate(_Drafting):
    name, label, icon = "add", gettext_lazy("新建券模板"), "add_card"
    explain = gettext_lazy("先存为草稿；提交后由运营方的另一人审批，批准后才会发放。")
    done = gettext_lazy("草稿已保存。")
    form_class = drafting.NewTemplateForm

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
            draft = coupons.save_draft(draft=draft, payers=payers, by=by)
            idempotency.answer(key, draft.pk)
        return draft


class EditDraft(_Drafting):
    name, label, icon = "edit", gettext_lazy("修改草稿"), "edit"
    done = gettext_lazy("草稿已保存。")
    form_class = drafting.DraftForm

    def fits(self, row: TemplateVersion) -> bool:
        return row.state == State.DRAFT

    def initial(self, request: HttpRequest, row: TemplateVersion) -> dict[str, Any]:
        return drafting.spoken(row)

    def run(
        self, request: HttpRequest, row: TemplateVersion, asked: dict[str, Any], key: Key
    ) -> TemplateVersion:
        payers = drafting.fill(row, asked)
        return coupons.save_draft(draft=row, payers=payers, by=viewer(request).user)


class NewVersion(EditDraft):
    name, label, icon = "new-version", gettext_lazy("另存为新版本"), "content_copy"
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
    """The operator's, but not of whoever drafted it; the verb refuses them too."""

    def may(self, request: HttpRequest, row: TemplateVersion) -> bool:
        who = viewer(request)
        may = who.operator and request.user.has_perm("coupons.change_templateversion")
        return may and row.drafted_by_id != who.user.pk

    def fits(self, row: TemplateVersion) -> bool:
        return row.state == State.SUBMITTED


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
    explain = gettext_lazy("新旧数量都要填写；其间被他人改过则不会生效。不能少于已发出的数量。")
    done = gettext_lazy("库存已调整。")
    form_class = StockForm

    def fits(self, row: TemplateVersion) -> bool:
        return row.state == State.PUBLISHED and row.stock is not None

    def initial(self, request: HttpRequest, row: TemplateVersion) -> dict[str, Any]:
        return {"stock_was": stock_of(row)[0]}

    def run(self, request: HttpRequest, row: Any, asked: dict[str, Any], key: Key) -> None:
        coupons.resize_stock(version=row, by=viewer(request).user, **asked)


@admin.register(TemplateVersion)
class TemplateVersionAdmin(MerchantScopedAdmin):
    menu = Menu(COUPONS, "confirmation_number", 10)
    merchant_path, needs = "template__merchant", "run_campaigns"
    operator_may = ("view", "add", "change")
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("还没有券模板，可从“新建券模板”开始。")
    list_display = ["title", "state_label", "kind", "benefit", "merchant", "claim_until"]
    list_filter = ["state", "kind", ("template__merchant", ScopedFilter)]
    list_select_related = ["template__merchant"]
    ordering = ["-pk"]
    sortable_by = ()
    fields = [
        "title",
        "state_label",
        "benefit",
        "merchant",
        "claim_from",
        "claim_until",
        "validity",
        "stacking",
        "per_member",
        "per_member_day",
        "stock",
        "stock_per_day",
        "budget",
        "payers",
        "times",
        "scope",
        "audience",
        "claimable",
        "points_price",
        "at_counter",
        "transferable",
        "drafted_by",
        "submitted_at",
        "decided_by",
        "decided_at",
        "note",
        "stopped_at",
    ]
    add_act = NewTemplate()
    acts = (EditDraft(), Submit(), Approve(), Reject(), Resize(), Stop(), NewVersion())

    def sections(self, request: HttpRequest, row: TemplateVersion) -> Iterable[Section]:
        """What became of it, and how it went day by day."""
        told = figures_of(row)
        yield Section(
            _("活动效果"),
            [_("已发出"), _("新会员"), _("已核销"), _("减免合计"), _("成本合计")],
            [
                [
                    f"{told.issued:,}",
                    f"{told.new_members:,}",
                    f"{told.redeemed:,}",
                    format_yuan(told.discount_fen),
                    format_yuan(told.cost_fen),
                ]
            ],
            empty="",
        )
        yield Section(
            _("成本承担"),
            [_("承担方"), _("金额")],
            [[name, format_yuan(fen)] for name, fen in borne_by(row)],
            empty=_("还没有核销。"),
        )
        yield Section(
            _("每日漏斗"),
            [_("日期"), _("发出"), _("核销"), _("减免")],
            [
                [f"{day:%Y-%m-%d}", f"{issued:,}", f"{redeemed:,}", format_yuan(fen)]
                for day, issued, redeemed, fen in days_of(row)
            ],
            empty=_("还没有发出。"),
        )

    @admin.display(description=gettext_lazy("券"))
    def title(self, row: TemplateVersion) -> str:
        return f"{row.template.name} v{row.number}"

    @admin.display(description=gettext_lazy("优惠"))
    def benefit(self, row: TemplateVersion) -> str:
        return benefit_in_words(said_by(row).rules.benefit)

    @admin.display(description=gettext_lazy("商户"))
    def merchant(self, row: TemplateVersion) -> str:
        return str(row.template.merchant) if row.template.merchant else _("商圈平台")

    @admin.display(description=gettext_lazy("有效期"))
    def validity(self, row: TemplateVersion) -> str:
        if row.valid_from is not None:
            return f"{moment(row.valid_from)} – {moment(row.valid_until)}"
        return _("领取后第 %(first)s 天起 %(days)s 天") % {
            "first": row.days_from,
            "days": row.days,
        }

    @admin.display(description=gettext_lazy("预算"))
    def budget(self, row: TemplateVersion) -> str:
        return _("不限") if row.budget_fen is None else format_yuan(row.budget_fen)

    @admin.display(description=gettext_lazy("成本分摊"))
    def payers(self, row: TemplateVersion) -> str:
        parts = [
            f"{payer.party or _('核销商户')} {payer.bp / 100:g}%"
            for payer in row.funding.select_related("party")
        ]
        return "，".join([*parts, _("其余由商圈联盟承担")])

    @display(
        description=gettext_lazy("状态"),
        label={
            "草稿": "",
            "待审批": "warning",
            "已发布": "success",
            "已停发": "",
            "已驳回": "danger",
        },
    )
    def state_label(self, row: TemplateVersion) -> str:
        return row.get_state_display()
