"""A file that a person of the back office hands in through a form."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from credit.evidence.intake import take_in
from credit.evidence.models import EvidenceFile
from credit.evidence.services import store_file
from credit.evidence.values import Side, Visibility
from district.kernel.idempotency import Key
from district.members.models import User

ACCEPTED = ".jpg,.jpeg,.png,.pdf,.mp4,.mov"


def evidence_file_field(**options: Any) -> forms.FileField:
    """For forms in which somebody may add a file: to be given to `store_upload`."""
    defaults: dict[str, Any] = {
        "label": gettext_lazy("文件"),
        "help_text": gettext_lazy("JPEG、PNG、PDF 最大 10 MB，MP4、MOV 视频最大 50 MB。"),
        "widget": forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
    }
    return forms.FileField(**(defaults | options))


def store_upload(
    upload: Any, *, owner: User, side: Side, visibility: Visibility = Visibility.PARTIES, key: Key
) -> EvidenceFile:
    """The file of a form, piece by piece; an act on a case names it by its `public_id`.

    Raises EvidenceRefused, KeyReused, PictureRefused, ServiceUnavailable, TooMuchEvidence.
    """
    received = take_in(upload.chunks())
    return store_file(owner=owner, side=side, received=received, visibility=visibility, key=key)
