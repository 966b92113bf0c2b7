"""What evidence files can refuse."""

from django.utils.translation import gettext_lazy as _

from district.kernel.database.postgres import refusal_of_constraint
from district.kernel.errors import DomainError


class EvidenceRefused(DomainError):
    """`reason` is `type_unknown`, `too_large`, `broken` or `active_content`."""

    code, status, title = "evidence_refused", 400, _("文件不能作为证据提交")

    _REASONS = {
        "type_unknown": _("只接受 JPEG、PNG 图片、PDF 和 MP4、MOV 视频。"),
        "too_large": _("图片和 PDF 最大 10 MB，视频最大 50 MB。"),
        "broken": _("文件不完整，请重新选择。"),
        "active_content": _("PDF 含有脚本、附件或加密内容，请另存为普通 PDF。"),
    }

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason=reason)
        self.detail = str(self._REASONS[reason])


@refusal_of_constraint("evidence_case_slot_once")
@refusal_of_constraint("evidence_unused_slot_once")
class TooMuchEvidence(DomainError):
    code, title = "too_much_evidence", _("证据数量已达上限")
    wording = _("每方每个案件最多 9 张图片、5 份 PDF 和 1 段视频。")


class EvidenceUnknown(DomainError):
    code, status, title = "evidence_unknown", 404, _("没有找到该证据文件")
    wording = _("没有您上传的这个文件，或文件已删除。")


class EvidenceUsed(DomainError):
    code, title = "evidence_used", _("该文件已用于案件")
    wording = _("已提交到案件的文件不能再次提交或撤回。")


class EvidenceLinkExpired(DomainError):
    code, status, title = "evidence_link_expired", 410, _("链接已过期")
    wording = _("链接十分钟内有效，请回到案件页面重新打开。")


class EvidenceLinkNotYours(DomainError):
    code, status, title = "evidence_link_not_yours", 403, _("链接不属于您")
    wording = _("证据链接只能由获得链接的人打开。")


class EvidenceErased(DomainError):
    code, status, title = "evidence_erased", 410, _("文件已删除")
    wording = _("该证据文件已按规定删除，只保留摘要。")


class EvidenceHidden(DomainError):
    code, status, title = "evidence_hidden", 403, _("文件暂不可见")
    wording = _("该文件正在审核，或未向您公开。")
