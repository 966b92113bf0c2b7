from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from credit.complaints.models.case_file import CaseFile
from credit.complaints.texts import CASE_ACTORS
from district.kernel.database.ids import PublicIdField


class CaseEvidence(models.Model):
    """A piece of evidence that an event names by its seal. So far it is a description in words; a file will have a row
    of its own that points here. The digest is that of what was received, and stays when the words are erased.
    """

    public_id = PublicIdField("evd", verbose_name=_("编号"))
    case = models.ForeignKey(
        CaseFile, models.PROTECT, related_name="evidence", verbose_name=_("案件")
    )
    given_by = models.TextField(_("提供方"), choices=CASE_ACTORS)
    description = models.TextField(_("内容"), null=True, blank=True)
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
            models.UniqueConstraint(fields=["seal"], name="case_evidence_sealed_once"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def words(self) -> str:
        return self.description or ""
