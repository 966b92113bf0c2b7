"""What credit can refuse."""

from django.utils.translation import gettext_lazy as _

from district.kernel.database.postgres import refusal_of_constraint
from district.kernel.errors import DomainError


class CreditCodeLive(DomainError):
    code, title = "credit_code_live", _("门店已有诚信码")
    wording = _("该门店已有使用中的诚信码，请换码或先吊销。")


class CreditCodeEnded(DomainError):
    code, title = "credit_code_ended", _("诚信码已停用")
    wording = _("该诚信码已换新或已吊销，请刷新后重试。")


class NothingToPrint(DomainError):
    code, title = "no_credit_codes_to_print", _("没有可打印的诚信码")
    wording = _("该场所的营业门店还没有诚信码，请先发码。")


class LicenceInvalid(DomainError):
    code, status, title = "licence_invalid", 400, _("执照信息有误")
    wording = _("请填写执照编号；有效期止不能早于有效期起。")


class PromiseNotOpen(DomainError):
    code, title = "promise_not_open", _("承诺已停止加入")
    wording = _("该承诺不再接受新的商户加入。")


class PromiseNotJoined(DomainError):
    code, title = "promise_not_joined", _("已退出该承诺")
    wording = _("商户已退出该承诺，请刷新后重试。")


class InspectionInvalid(DomainError):
    code, status, title = "inspection_invalid", 400, _("巡查结果有误")
    wording = _("合格与不合格项各为 0 至 {most}，合计至少一项；巡查日期不能晚于今天。")


@refusal_of_constraint("inspection_once_a_round")
class InspectionRecorded(DomainError):
    code, title = "inspection_recorded", _("本轮已有巡查结果")
    wording = _("该门店本轮已登记过巡查结果；如有错误请申请更正。")


class RecordFileInvalid(DomainError):
    code, status, title = "record_file_invalid", 400, _("公示记录文件有误")
    wording = _("无法读取文件：{reason}。")


class RecordOfTheFuture(DomainError):
    code, status, title = "record_of_the_future", 400, _("认定日期有误")
    wording = _("认定日期不能晚于今天。")


class RecordNotRepairable(DomainError):
    code, title = "record_not_repairable", _("不能申请修复")
    wording = _("只有公示中的联盟公约记录可在此申请修复；行政公示记录由认定机关修复。")


class RepairTooEarly(DomainError):
    code, title = "repair_too_early", _("未到可修复时间")
    wording = _("自认定之日起满 {days} 天方可申请修复。")


class RepairRequested(DomainError):
    code, title = "repair_requested", _("已申请修复")
    wording = _("该记录已有待复核的修复申请。")


class FactNotOfMerchant(DomainError):
    code, status, title = "fact_not_of_merchant", 404, _("没有这项事实")
    wording = _("该商户没有这项事实。")


class FactObjected(DomainError):
    code, title = "fact_objected", _("已提交过")
    wording = _("这项事实已有待复核或已通过的申请。")


class NothingToRate(DomainError):
    code, title = "nothing_to_rate", _("没有可评价的消费")
    wording = _("只能评价 {days} 天内在该门店且未全部退货的消费。")


class RatingReplied(DomainError):
    code, title = "rating_replied", _("已回复过")
    wording = _("每条评价只能回复一次。")


class RatingTextHidden(DomainError):
    code, title = "rating_text_hidden", _("文字已隐藏")
    wording = _("该评价的文字已隐藏，请刷新后重试。")


class CaseVersionReused(DomainError):
    code, status, title = "case_version_reused", 422, _("投诉结果版本已使用")
    wording = _("同一投诉的同一版本只能记录一种结果。")


class CaseFactsInvalid(DomainError):
    code, status, title = "case_facts_invalid", 400, _("投诉结果有误")
    wording = _("{reason}")


class ScorePolicyDocumentInvalid(DomainError):
    code, status, title = "score_policy_document_invalid", 400, _("评分规则有误")
    wording = _("评分规则有误：{faults}")


@refusal_of_constraint("score_policy_named_once")
class ScorePolicyNameTaken(DomainError):
    code, title = "score_policy_name_taken", _("规则版本名已使用")
    wording = _("已有同名的评分规则版本，请换一个名称。")


@refusal_of_constraint("score_policy_one_begins_a_day")
class ScorePolicyStartTaken(DomainError):
    code, title = "score_policy_start_taken", _("该日已有规则生效")
    wording = _("已有评分规则在该日生效，请另选日期。")


class ScorePolicyTooSoon(DomainError):
    code, title = "score_policy_too_soon", _("公告期不足")
    wording = _("评分规则须提前 14 天公告，最早可于 {earliest} 生效。")


class ScorePolicyBegun(DomainError):
    code, title = "score_policy_begun", _("规则不能撤回")
    wording = _("只有已公告、尚未生效的评分规则可以撤回。")
