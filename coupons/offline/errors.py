"""What a terminal without a network, and who appeals against a conflict, can be refused."""

from django.utils.translation import gettext_lazy as _

from district.kernel.errors import DomainError


class TerminalRetired(DomainError):
    code, status, title = "terminal_retired", 403, _("终端已停用")
    wording = _("请联系商圈运营方。已有的离线流水仍可上传。")


class TerminalNameTaken(DomainError):
    code, title = "terminal_name_taken", _("终端名称已存在")
    wording = _("该门店已有同名终端。")


class LogNotUploaded(DomainError):
    """A new allowance only for a terminal whose earlier doings are known."""

    code, title = "offline_log_not_uploaded", _("离线流水尚未上传")
    wording = _("请先从流水号 {next_seq} 起上传。")


class LogGap(DomainError):
    code, title = "offline_log_gap", _("离线流水不连续")
    wording = _("请从流水号 {next_seq} 起上传。")


class LogForked(DomainError):
    """The terminal sends other lines than before: a log that was rewritten, or two tills as one."""

    code, title = "offline_log_forked", _("离线流水与先前不符")
    wording = _("流水号 {seq} 的内容或摘要与已收到的不一致。")


class AppealNotPossible(DomainError):
    code, title = "conflict_appeal_not_possible", _("不能申诉")

    _REASONS = {
        "state": _("该冲突已申诉过。"),
        "payer": _("该冲突由商圈承担，无需申诉。"),
        "late": _("已超过申诉期限。"),
    }

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason=reason)
        self.detail = str(self._REASONS[reason])


class AppealNotOpen(DomainError):
    code, title = "conflict_appeal_not_open", _("没有待处理的申诉")
    wording = _("该冲突当前为“{state}”。")


class AppealDecidedByAppellant(DomainError):
    code, status, title = "conflict_appeal_own", 403, _("需要另一人处理")
    wording = _("申诉人不能处理自己的申诉。")
