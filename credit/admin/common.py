"""What the screens of credit share."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import ActionForm, MenuGroup, Pending, name_verbs, register_pending
from district.kernel.four_eyes.model import Proposal
from district.merchants.models import Merchant
from district.merchants.scope import RoleAction, viewer

CREDIT = MenuGroup(gettext_lazy("商户诚信"), order=38)

name_verbs(
    issue_credit_code=gettext_lazy("发放诚信码"),
    rotate_credit_code=gettext_lazy("更换诚信码"),
    revoke_credit_code=gettext_lazy("吊销诚信码"),
    verify_licence=gettext_lazy("登记执照核验"),
    set_profile_entry=gettext_lazy("登记公示资料"),
    set_promise=gettext_lazy("登记承诺"),
    join_promise=gettext_lazy("加入承诺"),
    leave_promise=gettext_lazy("退出承诺"),
    open_inspection_round=gettext_lazy("开始一轮巡查"),
    record_inspection=gettext_lazy("登记巡查结果"),
    import_public_records=gettext_lazy("导入公示记录"),
    propose_charter_record=gettext_lazy("提出公约记录"),
    approve_charter_record=gettext_lazy("通过公约记录"),
    reject_charter_record=gettext_lazy("拒绝公约记录"),
    request_repair=gettext_lazy("申请信用修复"),
    approve_record_repair=gettext_lazy("通过信用修复"),
    reject_record_repair=gettext_lazy("拒绝信用修复"),
    request_correction=gettext_lazy("申请更正"),
    approve_correction=gettext_lazy("通过更正"),
    reject_correction=gettext_lazy("拒绝更正"),
    reply_to_rating=gettext_lazy("回复评价"),
    hide_rating_text=gettext_lazy("隐藏评价文字"),
    show_rating_text=gettext_lazy("恢复评价文字"),
    submit_statement=gettext_lazy("提交商户说明"),
    approve_statement=gettext_lazy("通过商户说明"),
    reject_statement=gettext_lazy("拒绝商户说明"),
    run_policy_shadow=gettext_lazy("试运行评分规则"),
    propose_score_policy=gettext_lazy("提出评分规则"),
    approve_score_policy=gettext_lazy("通过评分规则"),
    reject_score_policy=gettext_lazy("拒绝评分规则"),
    withdraw_score_policy=gettext_lazy("撤回评分规则"),
)


class CreditAction(RoleAction):
    """Done for one's own merchant, by those whose role allows it, and by operators."""

    required_permission = "manage_credit"


class CreditMerchantForm(ActionForm):
    """Whose it is."""

    merchant = forms.ModelChoiceField(Merchant.objects.none(), label=gettext_lazy("商户"))

    def prepare(self) -> None:
        self.field("merchant").queryset = merchants_to_act_for(self.request)


def merchants_to_act_for(request: HttpRequest) -> "QuerySet[Merchant]":
    """The merchants a person may act for."""
    rows = Merchant.objects.filter(kind=Merchant.Kind.MERCHANT).order_by("name_key", "pk")
    who = viewer(request)
    if who.operator:
        return rows
    return rows.filter(pk=who.post.merchant_id) if who.post else rows.none()


def register_proposals(labels: Mapping[type[Proposal], Any], *, order: int) -> None:
    """What waits for a second operator, on the first page of each but the one who proposed it."""
    for place, (model, label) in enumerate(labels.items()):
        register_pending(
            Pending(
                model,
                label,
                Proposal.State.PROPOSED,
                is_allowed=lambda request: viewer(request).operator,
                unless=lambda request: Q(proposed_by=viewer(request).user),
            ),
            order=order + place,
        )
