"""评分规则: versions of the score's policy, tried before they are proposed, approved by another person, announced."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit import services as credit
from credit.admin.common import CREDIT, register_proposals
from credit.admin.objections import TONES
from credit.admin.policy_form import PolicyForm, label_of, leaves, values_of_policy
from credit.admin.policy_panels import GradeMatrix, example_merchants, shadow_sections
from credit.models import ScorePolicyVersion
from credit.queries.policies import policy_of_document, policy_on
from credit.queries.policy_shadow import try_policy
from credit.score.policy_document import policy_document
from district.kernel import clock
from district.kernel.backoffice import ActionForm, Menu, Panel, ReadOnlyAdmin, Section
from district.kernel.backoffice.columns import Choice, Column
from district.kernel.backoffice.live_forms import LiveExample
from district.kernel.four_eyes.admin import Approve, Reject
from district.kernel.idempotency import Key
from district.merchants.scope import OperatorAction, viewer

State = ScorePolicyVersion.State


class ProposePolicy(LiveExample, OperatorAction):
    """The page follows what is typed; its next step tries the policy on all merchants, and what was tried is proposed."""

    name, label, icon = "propose", gettext_lazy("提出新规则"), "rule"
    permission, form_class = "credit.add_scorepolicyversion", PolicyForm
    explanation = gettext_lazy(
        "先用全部商户最近一次的数据试运行，再由另一人复核；通过后连同等级变动表一起公告，至少 14 天后生效。"
    )
    success_message = gettext_lazy("已试运行并提交，等待复核。")
    has_preview = True
    is_edit = False  # the numbers of now are a suggestion

    def initial(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        return values_of_policy(policy_on(clock.business_day(clock.now()))) | {"version": ""}

    def first_panel(self, request: HttpRequest, row: Any) -> Panel:
        return example_merchants(policy_on(clock.business_day(clock.now())))

    def live_panel(self, request: HttpRequest, row: Any, form: PolicyForm) -> Panel:
        assert form.policy is not None
        return example_merchants(form.policy)

    def has_example(self, form: PolicyForm) -> bool:
        """Numbers without faults are; day and reason may come later."""
        return form.policy is not None and not form.faults

    def build_preview(self, request: HttpRequest, row: Any, form: Any) -> list[Panel]:
        return [
            *shadow_sections(GradeMatrix.of(try_policy(form.policy))),
            example_merchants(form.policy),
        ]

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> ScorePolicyVersion:
        by = viewer(request).user
        with transaction.atomic():
            shadow = credit.run_policy_shadow(
                document=cleaned_data["document"],
                by=by,
                key=Key(f"{key.scope}:shadow", key.key, key.terms),
            )
            return credit.propose_score_policy(
                shadow=shadow,
                effective_on=cleaned_data["effective_on"],
                reason=cleaned_data["reason"],
                by=by,
                key=key,
            )


class ApprovePolicy(Approve, OperatorAction):
    permission = "credit.change_scorepolicyversion"
    explanation = gettext_lazy("通过后公告规则与等级变动表，到生效日起按此规则计算。")
    success_message = gettext_lazy("已公告。")
    verb, row_argument = staticmethod(credit.approve_score_policy), "proposal"

    def aside(self, request: HttpRequest, row: ScorePolicyVersion) -> Iterable[Panel]:
        return [
            *shadow_sections(row.shadow),
            example_merchants(policy_of_document(row.document)),
        ]


class RejectPolicy(Reject, OperatorAction):
    permission = "credit.change_scorepolicyversion"
    verb, row_argument = staticmethod(credit.reject_score_policy), "proposal"


class WithdrawForm(ActionForm):
    reason = forms.CharField(label=gettext_lazy("撤回原因"), max_length=200)


class WithdrawPolicy(OperatorAction):
    name, label, icon, is_dangerous = "withdraw", gettext_lazy("撤回"), "undo", True
    permission, form_class = "credit.change_scorepolicyversion", WithdrawForm
    explanation = gettext_lazy("仅限尚未生效的规则；此前的规则继续有效。")
    success_message = gettext_lazy("已撤回。")
    states = (State.APPROVED,)
    verb, row_argument = staticmethod(credit.withdraw_score_policy), "policy"

    def is_applicable(self, row: ScorePolicyVersion) -> bool:
        today = clock.business_day(clock.now())
        return super().is_applicable(row) and row.withdrawn_at is None and row.effective_on > today


@admin.register(ScorePolicyVersion)
class ScorePolicyVersionAdmin(ReadOnlyAdmin):
    menu = Menu(CREDIT, "rule", 12)
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("现行规则为 credit-v1。提出的新规则会列在这里，等待复核。")
    ordering = ["-pk"]
    sortable_by = ()
    state_label = Choice(gettext_lazy("状态"), "state", TONES)
    changed = Column(gettext_lazy("等级变动"), "shadow__changed")
    list_display = ["version", "state_label", "effective_on", "changed", "withdrawn_at"]
    list_filter = ["state"]
    list_select_related = ["shadow"]
    fields = [
        *("public_id", "version", "state_label", "effective_on", "reason", "sha256"),
        *("proposed_by", "proposed_at", "decided_by", "decided_at", "decision"),
        *("withdrawn_at", "withdrawn_by", "withdrawn_for"),
    ]
    add_action = ProposePolicy()
    row_actions = (ApprovePolicy(), RejectPolicy(), WithdrawPolicy())

    def sections(self, request: HttpRequest, row: ScorePolicyVersion) -> Iterable[Section]:
        yield from shadow_sections(row.shadow)
        yield example_merchants(policy_of_document(row.document))
        before = dict(leaves(policy_document(policy_on(row.shadow.as_of))))
        after = leaves(policy_document(policy_of_document(row.document)))
        yield Section(
            _("与试运行时规则的不同"),
            [_("项目"), _("原值"), _("新值")],
            [
                [str(label_of(path)), before[path], value]
                for path, value in after
                if before[path] != value
            ],
            empty=_("没有不同。"),
        )


register_proposals({ScorePolicyVersion: gettext_lazy("待复核评分规则")}, order=74)
