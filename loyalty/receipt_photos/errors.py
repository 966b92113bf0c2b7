"""What the handling of photographed and doubtful bills can refuse."""

from django.utils.translation import gettext_lazy as _

from district.kernel.database.postgres import refusal_of_constraint
from district.kernel.errors import DomainError


@refusal_of_constraint("photo_once_while_open")
class PhotoAlreadySubmitted(DomainError):
    code, title = "photo_already_submitted", _("这张小票已提交")
    wording = _("同一张小票正在审核，请等待结果。")


class PhotoDecided(DomainError):
    code, title = "photo_decided", _("这张小票已有结果")

    _STATES = {
        "conflicting": _("这张小票正在核对，暂时不能操作。"),
        "confirmed": _("这张小票已经入账。"),
        "already_earned": _("这笔消费已经积过分。"),
        "rejected": _("这张小票未通过审核。"),
        "withdrawn": _("这张小票已由会员撤回。"),
    }

    def __init__(self, *, state: str) -> None:
        super().__init__(state=state)
        self.detail = str(self._STATES[state])


class ConflictDecided(DomainError):
    code, title = "bill_conflict_decided", _("这个冲突已经处理")
    wording = _("请刷新后查看处理结果。")
