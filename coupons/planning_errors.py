"""What planning refuses of a campaign that runs, and of who bears it."""

from django.utils.translation import gettext_lazy as _

from district.kernel.database.postgres import refusal_of_constraint, refusal_of_sql
from district.kernel.errors import DomainError


@refusal_of_sql
class BudgetChanged(DomainError):
    code, title = "coupon_budget_changed", _("预算已变化")
    wording = _("当前预算为 {budget_yuan}，请核对后重新提出。")


@refusal_of_sql
class BudgetTaken(DomainError):
    code, title = "coupon_budget_taken", _("预算不能少于已占用")
    wording = _("已占用和已核销的合计为 {taken_yuan}。")


@refusal_of_constraint("budget_change_one_open_at_a_time")
class BudgetChangeOpen(DomainError):
    code, title = "coupon_budget_change_open", _("已有待审批的预算调整")
    wording = _("请先审批已提出的预算调整。")


@refusal_of_constraint("version_published_with_consent")
class ConsentMissing(DomainError):
    """A version names merchants as payers that have not agreed to their share."""

    code, title = "coupon_consent_missing", _("尚未征得承担方同意")
    wording = _("须先征得承担成本的商户同意：{merchants}。")

    def __init__(self, *, merchants: str = "") -> None:
        super().__init__(merchants=merchants or str(_("见“征求同意”")))


class ConsentNotYours(DomainError):
    code, status, title = "coupon_consent_not_yours", 403, _("须由商户店主答复")
    wording = _("是否承担成本，只能由该商户的店主答复。")


class ConsentNotInState(DomainError):
    code, title = "coupon_consent_not_in_state", _("征询状态不符")
    wording = _("这项征询当前为“{state}”，不能这样操作。")
