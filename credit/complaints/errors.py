"""What complaints can refuse."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from district.kernel.database.postgres import refusal_of_constraint
from district.kernel.errors import DomainError


class CaseNotInState(DomainError):
    """`problem` is `wrong_state`, `wrong_actor` or `timers_first`."""

    code, title = "case_not_in_state", _("案件状态不允许此操作")
    wording = _("该案件目前为「{state_name}」，请刷新后重试。")


class CaseActRefused(DomainError):
    """`problem` is what the complaint machine says: the name of the guard that did not hold."""

    code, title = "case_act_refused", _("不能办理")

    _PROBLEMS = {
        "amounts_valid": _("金额有误。"),
        "purchase_valid": _("消费金额有误。"),
        "questions_asked": _("请写明需要补充的内容。"),
        "master_is_open": _("并入的案件已结案。"),
        "master_is_another": _("请选择另一案件。"),
        "severity_known": _("严重程度有误。"),
        "stance_known": _("请选择答复意见。"),
        "remedy_valid": _("请填写完整的处理方案：退款须有金额，日期须在 90 天内。"),
        "decided_remedy_undated": _("裁定的履行期限由规则决定，不能另定日期。"),
        "refund_within_paid": _("退款不能多于实付金额。"),
        "other_side_proposed": _("没有对方提出的有效方案。"),
        "remedy_date_ahead": _("方案约定的日期已过，请重新提出。"),
        "merchant_waited": _("商户须在协商满规定的工作日后才能申请调解。"),
        "sides_known": _("请选择举证方。"),
        "side_was_asked": _("目前无须您补充证据。"),
        "evidence_given": _("请提供证据。"),
        "both_sides_agreed": _("须双方同意。"),
        "appraisal_date_ahead": _("请填写 180 天内的日期。"),
        "remedy_date_in_term": _("超过规定履行期限的日期须经消费者同意。"),
        "under_charter": _("该商户未加入联盟公约，不能裁定。"),
        "finding_known": _("请选择裁定结果。"),
        "rule_cited": _("请写明依据。"),
        "reasons_written": _("请写明理由。"),
        "upheld_has_remedy": _("投诉成立须写明处理方案。"),
        "appeal_left": _("已经申请过复核。"),
        "reviewer_is_another": _("复核须由未参与裁定的人办理。"),
        "proof_given": _("请提供履行凭证。"),
        "refund_is_the_remedys": _("退款金额须与处理方案一致。"),
        "payment_is_the_remedys": _("赔付金额须与处理方案一致。"),
        "payment_within_cap": _("赔付金额超过上限。"),
        "first_denial": _("已经反馈过一次，请申请移送或撤回。"),
        "says_what_is_missing": _("请写明尚未解决的问题。"),
        "two_people": _("认定滥用须由两人办理。"),
        "second_person_is_reviewer": _("复核人不能参与过该案件的裁定。"),
        "authority_named": _("请填写受理机关与文号。"),
        "first_reopening": _("每个案件只能重新处理一次。"),
        "reopening_in_time": _("已超过申请重新处理的期限。"),
        "new_facts_given": _("请写明新的事实或提供新的证据。"),
        "appeal_in_time": _("已超过申请复核的期限。"),
        "marks_valid": _("评分须为 1 至 5。"),
        "first_evaluation": _("已经评价过。"),
        "evaluation_in_time": _("已超过评价期限。"),
        "calendar_differs": _("日历没有变化。"),
        "windows_differ": _("期限没有变化。"),
        "reason_missing": _("请选择原因。"),
        "reason_unknown": _("原因有误。"),
        "details_missing": _("内容不完整。"),
        "details_unknown": _("内容有多余的项目。"),
        "note_malformed": _("说明过长或含有无法保存的字符。"),
        "details_malformed": _("内容有误。"),
    }

    def __init__(self, *, problem: str, **facts: Any) -> None:
        super().__init__(problem=problem, **facts)
        self.detail = str(self._PROBLEMS[problem])


class CaseChanged(DomainError):
    code, title = "case_changed", _("案件刚有新的进展")
    wording = _("打开页面后案件有了新的进展，请核对后再提交；您填写的内容仍在。")


@refusal_of_constraint("answer_template_named_once")
class AnswerTemplateNamed(DomainError):
    code, title = "answer_template_named", _("模板名称已使用")
    wording = _("同一事项的模板名称不能重复。")


class CaseNotYours(DomainError):
    code, status, title = "case_not_yours", 403, _("无权办理该案件")
    wording = _("您不是该案件的当事人或经办人员。")


@refusal_of_constraint("case_filing_slot_of_one_open_case")
@refusal_of_constraint("case_filing_slot_of_one_open_walk_in_case")
class TooManyOpenCases(DomainError):
    code, title = "too_many_open_cases", _("未结投诉数量已达上限")
    wording = _("最多同时有三件未结的投诉，请等其中一件办结后再提交。")


@refusal_of_constraint("case_one_open_per_purchase")
@refusal_of_constraint("case_one_open_per_paper_receipt")
class PurchaseHasOpenCase(DomainError):
    code, title = "purchase_has_open_case", _("该笔消费已有未结的投诉")
    wording = _("请在原投诉中补充说明。")


class CodeUnknown(DomainError):
    code, status, title = "filing_code_unknown", 404, _("没有找到该诚信码")
    wording = _("请扫描柜台上的诚信码，或直接选择门店。")


class CodeNotForFiling(DomainError):
    code, title = "filing_code_not_ours", _("不是本商圈的诚信码")
    wording = _("该码不是本商圈发放的，可能是仿冒；请核对门店后直接选择门店提交。")


class CodeOutOfUse(DomainError):
    """`code_status` is `revoked` or `rotated`."""

    code, title = "filing_code_out_of_use", _("诚信码已停用")
    wording = _("该码已停用，请扫描门店现用的诚信码，或直接选择门店提交。")


class PurchaseUnknown(DomainError):
    code, status, title = "purchase_unknown", 404, _("没有找到该笔消费")
    wording = _("该门店没有您名下的这张小票；没有小票也可以提交投诉。")


class NoticeUnknown(DomainError):
    code, status, title = "case_notice_unknown", 404, _("没有找到该通知")
    wording = _("该通知不属于本案，请刷新后重试。")


class PolicyDocumentInvalid(DomainError):
    code, status, title = "complaint_policy_invalid", 400, _("办理规则有误")
    wording = _("办理规则不完整或自相矛盾：{faults}。")


@refusal_of_constraint("complaint_policy_version_once")
@refusal_of_constraint("complaint_policy_one_a_day")
class PolicyStartTaken(DomainError):
    code, title = "complaint_policy_start_taken", _("生效日期或版本已被使用")
    wording = _("请换一个版本号与生效日期。")


class PolicyStartTooEarly(DomainError):
    code, status, title = "complaint_policy_start_too_early", 400, _("生效日期过早")
    wording = _("新规则最早从明天起生效。")


class PolicyInForce(DomainError):
    code, title = "complaint_policy_in_force", _("办理规则已生效")
    wording = _("已生效的规则不能撤回，请发布新规则。")


@refusal_of_constraint("draft_slot_of_one_draft")
class TooManyDrafts(DomainError):
    code, title = "too_many_drafts", _("草稿数量已达上限")
    wording = _("最多保存五份投诉草稿，请先提交或删除一份。")


class DraftFiled(DomainError):
    code, title = "draft_filed", _("草稿已提交")
    wording = _("该草稿已经提交，请在我的投诉中查看。")


class DraftIncomplete(DomainError):
    """`missing` are the names of what is still to be filled in."""

    code, status, title = "draft_incomplete", 400, _("草稿不完整")
    wording = _("请选择门店、类别与诉求，并写明经过。")


class MessagesClosed(DomainError):
    code, title = "case_messages_closed", _("不能留言")
    wording = _("案件受理后、办结前可以留言，匿名投诉除外；该案件目前为「{state_name}」。")


class TooManyMessages(DomainError):
    code, status, title = "too_many_case_messages", 429, _("留言过多")
    wording = _("每天最多留言 {most} 条，请明天再留言。")


class MessageDecided(DomainError):
    code, title = "case_message_decided", _("留言已审核")
    wording = _("该留言已经处理，请刷新后查看。")


@refusal_of_constraint("abuse_proposal_one_open")
class AbuseProposed(DomainError):
    code, title = "abuse_proposed", _("已有待复核的滥用认定")
    wording = _("该案件已有一份滥用认定等待另一人复核。")


class PatternDismissed(DomainError):
    code, title = "case_pattern_dismissed", _("线索已排除")
    wording = _("该线索已经处理，请刷新后查看。")


@refusal_of_constraint("case_one_open_of_retaliation")
class RetaliationReported(DomainError):
    code, title = "retaliation_reported", _("已反映过打击报复")
    wording = _("该案件已有一件优先处理的打击报复投诉，请在其中补充。")


class RetaliationTooEarly(DomainError):
    code, title = "retaliation_not_possible", _("不能反映打击报复")
    wording = _("案件受理后、办结 180 天内可以反映打击报复。")


class WithdrawalChecked(DomainError):
    code, title = "withdrawal_checked", _("撤回已核实")
    wording = _("该次撤回已经核实，请刷新后查看。")


@refusal_of_constraint("mediation_consent_once")
class ConsentGiven(DomainError):
    code, title = "mediation_consent_given", _("已表态")
    wording = _("您已就是否同意调解表过态。")


class BundleBroken(DomainError):
    code, title = "case_bundle_broken", _("案卷不能导出")
    wording = _("案件记录未通过核验，请联系运营方。")


class StoryNotAgreed(DomainError):
    code, title = "case_story_not_agreed", _("消费者未同意公开")
    wording = _("消费者没有同意或已收回同意。")


class StoryTooEarly(DomainError):
    code, title = "case_story_too_early", _("尚不能公开")
    wording = _("办结满 30 天后才能公开。")
