"""What batches and reconciliation can refuse."""

from django.utils.translation import gettext_lazy as _

from district.kernel.errors import DomainError


class BatchNotOpen(DomainError):
    code, title = "batch_not_open", _("批次已提交")
    wording = _("这个批次已经提交或放弃，不能再上传内容。")


class BatchOffsetWrong(DomainError):
    code, title = "batch_offset_wrong", _("上传位置不对")
    wording = _("已收到 {received_bytes} 字节，请从这里继续上传。")


class BatchIncomplete(DomainError):
    code, title = "batch_incomplete", _("内容没有收全")
    wording = _("已收到 {received_bytes} 字节，文件有 {bytes} 字节，请继续上传后再提交。")


class BatchEmpty(DomainError):
    code, title = "batch_empty", _("批次没有内容")
    wording = _("没有收到任何一行，请先上传内容。")


class BatchHeaderWrong(DomainError):
    code, status, title = "batch_header_wrong", 400, _("CSV 表头有误")
    wording = _("第一行须是列名，并包含：{missing}。")


class BatchTooLarge(DomainError):
    code, status, title = "batch_too_large", 413, _("批次过大")
    wording = _("一个批次最多 {rows} 行、{bytes} 字节，请分成几个批次。")


class TooManyBatches(DomainError):
    code, title = "too_many_batches", _("未完成的批次过多")
    wording = _("最多同时有 {most} 个未完成的批次，请等待处理或提交后再开新的。")


class UploadTooSlow(DomainError):
    code, status, title = "upload_too_slow", 408, _("上传过慢")
    wording = _("已收到 {received_bytes} 字节，请从这里继续上传。")
