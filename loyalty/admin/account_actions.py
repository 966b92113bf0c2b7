"""What operators do to a member's account: freeze it, and merge two of one person."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import ActionForm, name_verbs
from district.kernel.idempotency import Key
from district.merchants.scope import OperatorAction, viewer
from loyalty import services as loyalty
from loyalty.admin.adjustments import MemberField
from loyalty.models import PointsAccount

name_verbs(
    freeze_account=gettext_lazy("冻结积分账户"),
    unfreeze_account=gettext_lazy("解冻积分账户"),
    merge_members=gettext_lazy("合并会员"),
    absorb_member=gettext_lazy("并入会员"),
)


class AccountReasonForm(ActionForm):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class MemberReasonForm(AccountReasonForm):
    member = MemberField(gettext_lazy("会员编号"))
    field_order = ["once", "member", "reason"]


class MergeMembersForm(AccountReasonForm):
    source = MemberField(gettext_lazy("被并入的会员（将注销）"))
    into = MemberField(gettext_lazy("保留的会员"))
    field_order = ["once", "source", "into", "reason"]


class AccountAction(OperatorAction):
    """For operators only."""

    permission = "loyalty.change_pointsaccount"


class FreezeAccount(AccountAction):
    name, label, icon = "freeze", gettext_lazy("冻结"), "ac_unit"
    explanation = gettext_lazy("冻结后不能使用、预占积分；赚取与退货照常。")
    is_dangerous = True
    success_message = gettext_lazy("已冻结。")
    form_class = AccountReasonForm

    def is_applicable(self, row: PointsAccount) -> bool:
        return row.frozen_at is None and row.merged_into_id is None

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> None:
        loyalty.freeze_account(member=row.member, by=viewer(request).user, **cleaned_data)


class FreezeMember(AccountAction):
    """By number: a member that has earned nothing yet has no account to open."""

    name, label, icon = "freeze-member", gettext_lazy("按会员编号冻结"), "ac_unit"
    explanation = FreezeAccount.explanation
    is_dangerous = True
    success_message = gettext_lazy("已冻结。")
    form_class = MemberReasonForm
    verb = staticmethod(loyalty.freeze_account)


class UnfreezeAccount(AccountAction):
    name, label, icon = "unfreeze", gettext_lazy("解冻"), "sunny"
    success_message = gettext_lazy("已解冻，会员可以使用积分。")
    form_class = AccountReasonForm

    def is_applicable(self, row: PointsAccount) -> bool:
        return row.frozen_at is not None

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> None:
        loyalty.unfreeze_account(member=row.member, by=viewer(request).user, **cleaned_data)


class MergeMembers(AccountAction):
    name, label, icon = "merge", gettext_lazy("合并会员"), "merge"
    explanation = gettext_lazy(
        "同一人注册了两次时使用：积分、欠积分、微信登录与手机号都归保留的会员，另一个注销。不能撤回。"
    )
    is_dangerous = True
    success_message = gettext_lazy("已合并。")
    form_class = MergeMembersForm

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> PointsAccount:
        merged = loyalty.merge_members(by=viewer(request).user, key=key, **cleaned_data)
        return PointsAccount.objects.get(pk=merged.pk)
