"""Case files as the screens have them: complaints, those under review, tip-offs."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from credit.complaints.machine.words import CaseState
from credit.complaints.models.case_file import CaseFile


class _OfKind(models.Manager[CaseFile]):
    def __init__(self, kind: CaseFile.Kind) -> None:
        super().__init__()
        self._kind = kind

    def get_queryset(self) -> models.QuerySet[CaseFile]:
        return super().get_queryset().filter(kind=self._kind)


class Complaint(CaseFile):
    """A case file between a shopper and a merchant: what a screen of complaints shows."""

    objects = _OfKind(CaseFile.Kind.COMPLAINT)  # type: ignore[assignment,misc]

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = _("投诉")


class _UnderReview(models.Manager[CaseFile]):
    def get_queryset(self) -> models.QuerySet[CaseFile]:
        return super().get_queryset().filter(state=str(CaseState.UNDER_REVIEW))


class CaseReview(CaseFile):
    """A complaint that waits for somebody who had no part in what is appealed against."""

    objects = _UnderReview()  # type: ignore[assignment,misc]

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = _("复核")


class TipOff(CaseFile):
    """What a shopper reports of a merchant, unknown to the merchant."""

    objects = _OfKind(CaseFile.Kind.TIP_OFF)  # type: ignore[assignment,misc]

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = _("举报")
