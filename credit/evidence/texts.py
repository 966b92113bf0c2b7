"""What the words of evidence files are called on screens."""

from django.utils.translation import gettext_lazy as _

from credit.evidence.values import CheckState, ErasureReason, FileKind, Side, Visibility

FILE_KINDS = [
    (FileKind.IMAGE.value, _("图片")),
    (FileKind.PDF.value, _("PDF")),
    (FileKind.VIDEO.value, _("视频")),
]
SIDES = [
    (Side.SHOPPER.value, _("消费者")),
    (Side.MERCHANT.value, _("商户")),
    (Side.OFFICER.value, _("工作人员")),
]
VISIBILITIES = [
    (Visibility.OFFICERS.value, _("仅上传方与工作人员")),
    (Visibility.PARTIES.value, _("双方可见")),
    (Visibility.PUBLIC.value, _("可公开")),
]
CHECK_STATES = [
    (CheckState.WAITING.value, _("等待检测")),
    (CheckState.ASKED.value, _("检测中")),
    (CheckState.HELD.value, _("待人工审核")),
    (CheckState.PASSED.value, _("已通过")),
    (CheckState.REFUSED.value, _("未通过")),
]
ERASURE_REASONS = [
    (ErasureReason.WITHDRAWN.value, _("上传人撤回")),
    (ErasureReason.UNUSED.value, _("未用于案件")),
    (ErasureReason.RETENTION.value, _("保存期满")),
    (ErasureReason.REQUEST.value, _("依申请删除")),
]
