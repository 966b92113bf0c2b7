"""What the words of the machine are called on screens."""

from django.utils.translation import gettext_lazy as _

from credit import texts as credit_texts
from credit.complaints.machine.words import (
    CaseAction,
    CaseActor,
    CaseState,
    ClockName,
    RemedyKind,
    TermName,
)
from credit.score.values import CaseOutcome, CaseSeverity

S, A = CaseState, CaseAction

CASE_STATES = [
    (S.NEW.value, _("新建")),
    (S.SUBMITTED.value, _("待受理")),
    (S.NEEDS_INFO.value, _("待补充材料")),
    (S.AWAITING_MERCHANT.value, _("待商户答复")),
    (S.NEGOTIATING.value, _("协商中")),
    (S.MEDIATION.value, _("调解中")),
    (S.EVIDENCE_WAIT.value, _("举证中")),
    (S.APPRAISAL.value, _("检验鉴定中")),
    (S.DECIDED.value, _("已裁定")),
    (S.UNDER_REVIEW.value, _("复核中")),
    (S.DECIDED_FINAL.value, _("裁定生效")),
    (S.REMEDY_DUE.value, _("待履行")),
    (S.ADVANCE_PAYMENT.value, _("先行赔付中")),
    (S.AWAITING_CONFIRMATION.value, _("待确认")),
    (S.REJECTED.value, _("不予受理")),
    (S.MERGED.value, _("已并案")),
    (S.WITHDRAWN.value, _("已撤回")),
    (S.TRANSFERRED.value, _("已移送")),
    (S.CLOSED_RESOLVED.value, _("已解决")),
    (S.CLOSED_DEEMED.value, _("视为解决")),
    (S.CLOSED_UNRESOLVED.value, _("未达成一致")),
    (S.CLOSED_NOT_UPHELD.value, _("投诉不成立")),
    (S.CLOSED_ABUSIVE.value, _("滥用投诉")),
    (S.RECEIVED.value, _("待核查")),
    (S.CHECKED.value, _("已核查")),
    (S.NO_ACTION.value, _("不予处理")),
    (S.INSPECTION.value, _("检查中")),
    (S.CLOSED.value, _("已办结")),
]
CASE_ACTORS = [
    (CaseActor.SHOPPER.value, _("消费者")),
    (CaseActor.MERCHANT.value, _("商户")),
    (CaseActor.OFFICER.value, _("调解员")),
    (CaseActor.REVIEWER.value, _("复核员")),
    (CaseActor.FINANCE.value, _("财务")),
    (CaseActor.TIMER.value, _("系统")),
]
NOTICE_AUDIENCES = CASE_ACTORS[:3]
CASE_ACTIONS = [
    (A.SUBMIT.value, _("提交投诉")),
    (A.ASK_INFO.value, _("要求补充材料")),
    (A.SUPPLY.value, _("补充材料")),
    (A.TIMEOUT.value, _("到期")),
    (A.REFUSE.value, _("不予受理")),
    (A.MERGE.value, _("并案")),
    (A.ACCEPT.value, _("受理")),
    (A.ANSWER.value, _("答复")),
    (A.PROPOSE.value, _("提出方案")),
    (A.ACCEPT_PROPOSAL.value, _("接受方案")),
    (A.ESCALATE.value, _("申请调解")),
    (A.REQUEST_EVIDENCE.value, _("要求举证")),
    (A.SEND_TO_APPRAISAL.value, _("送检鉴定")),
    (A.REPORT_IN.value, _("收到鉴定报告")),
    (A.AGREE.value, _("达成调解")),
    (A.DECIDE.value, _("裁定")),
    (A.END_WITHOUT_RESULT.value, _("终止调解")),
    (A.APPEAL.value, _("申请复核")),
    (A.CONFIRM.value, _("确认")),
    (A.CHANGE.value, _("改判")),
    (A.CONCLUDE.value, _("裁定生效")),
    (A.MARK_DONE.value, _("已履行")),
    (A.PAY.value, _("先行赔付")),
    (A.DENY.value, _("未解决")),
    (A.WITHDRAW.value, _("撤回")),
    (A.MARK_ABUSIVE.value, _("认定滥用")),
    (A.TRANSFER.value, _("移送")),
    (A.REOPEN.value, _("重新处理")),
    (A.EVALUATE.value, _("评价")),
    (A.RECALCULATE.value, _("日历调整")),
    (A.TIP_OFF.value, _("提交举报")),
    (A.CHECK.value, _("核查")),
    (A.DISMISS.value, _("不予处理")),
    (A.INSPECT.value, _("开展检查")),
    (A.CLOSE.value, _("办结")),
]
CASE_CLOCKS = [
    (ClockName.TRIAGE.value, _("受理期限")),
    (ClockName.INFO_ANSWER.value, _("补充材料期限")),
    (ClockName.FIRST_ANSWER.value, _("首次答复期限")),
    (ClockName.OVERALL.value, _("办结期限")),
    (ClockName.NEGOTIATION.value, _("协商期限")),
    (ClockName.PROPOSAL.value, _("方案有效期")),
    (ClockName.MEDIATION.value, _("调解期限")),
    (ClockName.EVIDENCE_SHOPPER.value, _("消费者举证期限")),
    (ClockName.EVIDENCE_MERCHANT.value, _("商户举证期限")),
    (ClockName.APPRAISAL.value, _("鉴定期限")),
    (ClockName.APPEAL.value, _("申请复核期限")),
    (ClockName.REVIEW.value, _("复核期限")),
    (ClockName.REMEDY.value, _("履行期限")),
    (ClockName.FUND_PAYMENT.value, _("赔付期限")),
    (ClockName.CONFIRMATION.value, _("确认期限")),
    (ClockName.TIP_OFF_CHECK.value, _("核查期限")),
]
TERM_TEXTS = {
    **{name: text for name, text in CASE_CLOCKS if name in {str(term) for term in TermName}},
    TermName.OVERALL_AGAIN.value: _("再次办结期限"),
    TermName.MERCHANT_ESCALATION.value: _("商户申请调解前的协商时间"),
    TermName.MEDIATION_AGAIN.value: _("再次调解期限"),
    TermName.EVIDENCE.value: _("举证期限"),
    TermName.EVALUATION.value: _("评价期限"),
    TermName.REOPEN.value: _("申请重新处理的期限"),
}
BREACH_TEXTS = {
    "late_triage": _("受理超时"),
    "late_first_answer": _("首次答复超时"),
    "late_mediation": _("调解超时"),
    "late_evidence": _("举证超时"),
    "late_appraisal": _("鉴定超时"),
    "late_review": _("复核超时"),
    "remedy_missed": _("未按期履行"),
    "late_fund_payment": _("赔付超时"),
    "late_check": _("核查超时"),
}
CASE_CATEGORIES = credit_texts.CASE_CATEGORIES
RETALIATION = "retaliation"
# What a shopper chooses when filing: retaliation is reported from the case that it followed.
FILING_CATEGORIES = [row for row in CASE_CATEGORIES if row[0] != RETALIATION]
PATTERN_TEXTS = [
    ("same_purchase", _("同一消费重复投诉")),
    ("similar_text", _("与另一投诉内容雷同")),
    ("many_stores", _("同一内容投诉多家门店")),
    ("high_demand", _("索赔超过实付三倍")),
    ("shared_phone", _("与另一投诉人同一手机号")),
    ("related_staff", _("投诉人手机号为商圈商户联系电话")),
]
CASE_WISHES = [
    (RemedyKind.REFUND.value, _("退款")),
    (RemedyKind.PARTIAL_REFUND.value, _("部分退款")),
    (RemedyKind.REPLACE.value, _("换货")),
    (RemedyKind.REPAIR.value, _("修理")),
    (RemedyKind.REDO.value, _("重做")),
    (RemedyKind.APOLOGISE.value, _("道歉")),
    (RemedyKind.POINTS_OR_COUPON.value, _("积分或优惠券")),
    (RemedyKind.NONE.value, _("无需补救")),
]
CASE_OUTCOMES = [
    (CaseOutcome.UPHELD.value, _("成立")),
    (CaseOutcome.PARTLY_UPHELD.value, _("部分成立")),
    (CaseOutcome.NOT_UPHELD.value, _("不成立")),
    (CaseOutcome.SETTLED_DIRECT.value, _("协商解决")),
    (CaseOutcome.SETTLED_IN_MEDIATION.value, _("调解解决")),
    (CaseOutcome.WITHDRAWN.value, _("撤回")),
    (CaseOutcome.ABUSIVE.value, _("滥用投诉")),
]
CASE_SEVERITIES = [
    (CaseSeverity.MINOR.value, _("轻微")),
    (CaseSeverity.ORDINARY.value, _("一般")),
    (CaseSeverity.SERIOUS.value, _("严重")),
]
REFUSAL_TEXTS = {
    "not_consumer": _("不属于消费争议"),
    "other_shop": _("不是本商圈的门店"),
    "court_or_arbitration": _("法院或仲裁机构已受理"),
    "duplicate": _("重复投诉"),
    "over_limit_period": _("超过投诉时限"),
    "no_facts": _("没有明确的事实"),
    "abusive": _("滥用投诉"),
}
TIP_OFF_TEXTS = {
    "no_facts": _("没有明确的事实"),
    "not_of_this_district": _("不属于本商圈"),
    "duplicate": _("重复举报"),
    "already_handled": _("已经处理"),
}
# How a person who is no member told an officer what the officer writes.
STATED_BY_TEXTS = {"counter": _("当面"), "phone": _("电话"), "letter": _("书面")}
RESOLVED_TEXTS = {"yes": _("已解决"), "partly": _("部分解决"), "no": _("未解决")}
STANCE_TEXTS = {"agree": _("同意诉求"), "offer": _("另提方案"), "dispute": _("有异议")}
_MESSAGE_TEXTS = {
    "message": _("您有新的留言"),
    "message_held": _("有留言待审核"),
    "message_refused": _("您的留言未通过审核"),
}
_PROGRESS = _("案件有新进展：{action}")


def notice_text(kind: str, code: str) -> str:
    """What a notice says in words, by its kind and code."""
    if code == "check_withdrawal":
        return str(_("消费者撤回投诉，请核实是否受到压力"))
    if kind == "event":
        return str(_PROGRESS).format(action=dict(CASE_ACTIONS).get(code, code))
    if kind == "reminder":
        name, _sep, before = code.partition(":")
        hours = before.removeprefix("before_").removesuffix("h")
        clock = dict(CASE_CLOCKS).get(name, name)
        return str(_("{clock}还有 {hours} 小时到期")).format(clock=clock, hours=hours)
    if kind == "breach":
        return str(BREACH_TEXTS.get(code, code))
    return str(_MESSAGE_TEXTS.get(code, code))
