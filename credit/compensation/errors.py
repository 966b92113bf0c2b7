"""What the compensation fund can refuse."""

from django.utils.translation import gettext_lazy as _

from district.kernel.database.postgres import refusal_of_constraint
from district.kernel.errors import DomainError


@refusal_of_constraint("fund_account_on_its_side")
class FundShort(DomainError):
    """An account would come to stand on the wrong side: more out of the fund than it holds."""

    code, title = "fund_short", _("基金余额不足")
    wording = _("基金的可用余额不足，未作任何变动。")


@refusal_of_constraint("fund_entry_once_per_act")
class FundEntryRecorded(DomainError):
    code, title = "fund_entry_recorded", _("凭证已记账")
    wording = _("该凭证号已经记过账，请核对。")


class FundAmountInvalid(DomainError):
    code, status, title = "fund_amount_invalid", 400, _("金额或凭证号有误")
    wording = _("请填写大于零的金额与一行以内的凭证号。")


class ContributionNotReversible(DomainError):
    code, title = "contribution_not_reversible", _("不能冲回")
    wording = _("只能冲回尚未冲回、且不是入会凭据的出资；成员的出资请先办理退出。")


class FundTransferAboveCollected(DomainError):
    code, title = "fund_transfer_above_collected", _("划转金额过多")
    wording = _("结算代收的余额不足，未作任何变动。")


class FundTermsInvalid(DomainError):
    code, status, title = "fund_terms_invalid", 400, _("赔付规则有误")
    wording = _("单案上限须大于零且不高于年度上限，最低出资不能为负，请写明依据。")


class FundTermsTooEarly(DomainError):
    code, status, title = "fund_terms_too_early", 400, _("生效日期过早")
    wording = _("新的赔付规则最早从明天起生效。")


@refusal_of_constraint("fund_terms_one_from_a_day")
class FundTermsDayTaken(DomainError):
    code, title = "fund_terms_day_taken", _("生效日期已被使用")
    wording = _("该日已有生效的赔付规则，请换一个日期。")


class FundTermsMissing(DomainError):
    code, title = "fund_terms_missing", _("还没有赔付规则")
    wording = _("请先发布赔付规则。")


class ContributionTooSmall(DomainError):
    code, status, title = "contribution_too_small", 400, _("出资不足")
    wording = _("入会出资不能少于规则要求的 {least_yuan}。")


@refusal_of_constraint("fund_membership_one_live")
class FundMemberAlready(DomainError):
    code, title = "fund_member_already", _("已是赔付成员")
    wording = _("该商户已加入先行赔付。")


class FundMemberLeft(DomainError):
    code, title = "fund_member_left", _("已退出先行赔付")
    wording = _("该商户已退出，请刷新后重试。")


class FundNeedsAlliance(DomainError):
    code, title = "fund_needs_alliance", _("商户不在联盟内")
    wording = _("只有联盟成员商户可以加入先行赔付。")


class MerchantOwesFund(DomainError):
    code, title = "merchant_owes_fund", _("尚有垫付款未偿还")
    wording = _("该商户尚有垫付款未偿还，结清后才能再次加入。")


class FundPaymentNotDue(DomainError):
    code, title = "fund_payment_not_due", _("无需付款")
    wording = _("该案件目前不待赔付，或已有付款在办理，请刷新后重试。")


class FundAttemptState(DomainError):
    code, title = "fund_attempt_state", _("付款状态不允许此操作")
    wording = _("该笔付款目前为「{state_name}」，请刷新后重试。")


@refusal_of_constraint("fund_attempt_once_per_reference")
class FundReferenceTaken(DomainError):
    code, title = "fund_reference_taken", _("付款凭证号已被使用")
    wording = _("该付款凭证号属于另一笔赔付，请核对。")


class FundSurplusReturned(DomainError):
    code, title = "fund_surplus_returned", _("没有待追回的多付")
    wording = _("该笔付款没有多付，或已经追回。")


class FundClaimNotDisputable(DomainError):
    code, title = "fund_claim_not_disputable", _("不能提出异议")
    wording = _("每笔追偿只能提出一次异议，且须在结清之前。")


class FundDisputeNotOpen(DomainError):
    code, title = "fund_dispute_not_open", _("没有待处理的异议")
    wording = _("该笔追偿没有待处理的异议，请刷新后重试。")


class FundClaimSettled(DomainError):
    code, title = "fund_claim_settled", _("没有可核销的金额")
    wording = _("该笔追偿已结清、已免责、已核销或有异议待处理。")
