from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from credit.complaints.models.case_file import CaseFile
from credit.complaints.texts import CASE_ACTORS
from credit.evidence.models import EvidenceFile
from district.kernel.database.ids import PublicIdField


class CaseEvidence(models.Model):
    """A piece of evidence that an event names by its seal: words, or a file.

    The digest is that of what was received and stays when it is erased; of words it is that of the salt, a line feed
    and the words, and the salt goes with them, so that nobody finds erased words by trying.
    """

    public_id = PublicIdField("evd", verbose_name=_("编号"))
    case = models.ForeignKey(
        CaseFile, models.PROTECT, related_name="evidence", verbose_name=_("案件")
    )
    given_by = models.TextField(_("提供方"), choices=CASE_ACTORS)
    description = models.TextField(_("内容"), null=True, blank=True)
    salt = models.TextField(_("盐值"), null=True, blank=True)
    file = models.OneToOneField(
        EvidenceFile,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="piece",
        verbose_name=_("文件"),
    )
    sha256 = models.TextField(_("摘要"))
    size_bytes = models.IntegerField(_("字节数"))
    media_type = models.TextField(_("格式"))
    at = models.DateTimeField(_("提供时间"))
    # What the event names it by (`bundle.EvidenceDigest.seal`).
    seal = models.TextField(_("封存摘要"))

    class Meta:
        verbose_name = verbose_name_plural = _("证据")
        constraints = [
            models.CheckConstraint(
                name="case_evidence_has_a_digest",
                condition=Q(sha256__regex="^[0-9a-f]{64}$", size_bytes__gte=1),
            ),
            models.CheckConstraint(
                name="case_evidence_words_or_file",
                condition=Q(description=None, salt=None)
                | Q(
                    file=None,
                    description__isnull=False,
                    salt__isnull=False,
                    salt__regex="^[0-9a-f]{32}$",
                ),
            ),
            models.UniqueConstraint(fields=["seal"], name="case_evidence_sealed_once"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def words(self) -> str:
        return self.description or ""
