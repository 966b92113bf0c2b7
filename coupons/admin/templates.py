"""Templates and their versions: drafted by merchants or the operator, approved by another person."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons.admin import template_actions
from coupons.admin.approval_view import approval_panels, payers_of
from coupons.admin.budget_actions import (
    ApproveBudget,
    ProposeBudget,
    RejectBudget,
    budget_changes_section,
    remaining_tiles,
)
from coupons.admin.campaign_pages import CampaignPages
from coupons.admin.card_panels import CardViewPanel, ScanPanel
from coupons.admin.common import COUPONS
from coupons.card_view import audience_in_words, card_view_of, scope_in_words
from coupons.engine.audience import Audience
from coupons.models import TemplateVersion
from coupons.queries.campaign import borne_by, days_of, figures_of
from coupons.queries.versions import terms_of_row, validity_of
from coupons.texts import never_in_words, validity_in_words, windows_in_words
from district.kernel.backoffice import Menu, Section
from district.kernel.backoffice.columns import Choice, Column, Money, Number, table
from district.kernel.text.money import format_yuan
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter


@admin.register(TemplateVersion)
class TemplateVersionAdmin(CampaignPages, MerchantScopedAdmin):
    menu = Menu(COUPONS, "confirmation_number", 10)
    merchant_paths, required_permission = ("template__merchant",), "run_campaigns"
    operator_permissions = ("view", "add", "change")
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("还没有券模板，可从“新建券模板”开始。")
    title = Column(gettext_lazy("券"), str)
    benefit = Column(
        gettext_lazy("优惠"),
        lambda row: terms_of_row(row).benefit.text(),
    )
    merchant = Column(gettext_lazy("商户"), "template__merchant", empty=gettext_lazy("商圈平台"))
    validity = Column(gettext_lazy("有效期"), lambda row: validity_in_words(validity_of(row)))
    whom = Column(
        gettext_lazy("领取条件"),
        lambda row: "；".join(audience_in_words(Audience.of(row.audience))) or _("所有会员"),
    )
    budget = Money(gettext_lazy("预算"), "budget_fen", empty=gettext_lazy("不限"))
    payers = Column(gettext_lazy("成本分摊"), payers_of)
    state_label = Choice(
        gettext_lazy("状态"),
        "state",
        {
            "草稿": "",
            "待审批": "warning",
            "已发布": "success",
            "已停发": "",
            "已驳回": "danger",
        },
    )
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
        "budget_warn_percent",
        "payers",
        "hours",
        "where",
        "whom",
        "claimable",
        "points_price",
        "exchange_undo_minutes",
        "at_counter",
        "transferable",
        "drafted_by",
        "submitted_at",
        "decided_by",
        "decided_at",
        "note",
        "stopped_at",
    ]
    add_action = template_actions.NewTemplate()
    row_actions = (
        template_actions.EditDraft(),
        template_actions.SubmitVersion(),
        template_actions.ApproveVersion(),
        template_actions.RejectVersion(),
        template_actions.ResizeStock(),
        ProposeBudget(),
        ApproveBudget(),
        RejectBudget(),
        template_actions.StopVersion(),
        template_actions.NewVersion(),
    )

    def sections(self, request: HttpRequest, row: TemplateVersion) -> Iterable[Any]:
        """How the shopper sees it, what became of it, and how it went day by day."""
        yield CardViewPanel(card_view_of(row))
        if row.state == TemplateVersion.State.PUBLISHED:
            yield ScanPanel.of(row)
        if row.state == TemplateVersion.State.SUBMITTED:
            yield from approval_panels(row)
        yield from remaining_tiles(row)
        if row.budget_changes.exists():
            yield budget_changes_section(row)
        totals = [
            Number(_("已发出"), "issued"),
            Number(_("新会员"), "new_members"),
            Number(_("已核销"), "redeemed"),
            Money(_("减免合计"), "discount_fen"),
            Money(_("成本合计"), "cost_fen"),
        ]
        yield table(_("活动效果"), totals, [figures_of(row)])
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

    @admin.display(description=gettext_lazy("可用时段"))
    def hours(self, row: TemplateVersion) -> str:
        times = terms_of_row(row).schedule
        never = never_in_words(times)
        text = windows_in_words(times) or _("任何时候")
        return _("%(said)s；%(never)s不可用") % {"said": text, "never": never} if never else text

    @admin.display(description=gettext_lazy("适用范围"))
    def where(self, row: TemplateVersion) -> str:
        scope = terms_of_row(row).scope
        goods = [
            *sorted(scope.products),
            *(_("除外 %s") % product for product in sorted(scope.but_no_products)),
        ]
        return "；".join(
            [*scope_in_words(scope), *([_("商品：") + "、".join(goods)] if goods else [])]
        )
