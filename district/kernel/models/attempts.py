from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class RetriedWork(models.Model):
    """Work that is tried until it succeeds; `kernel/attempts.py` claims it, and sets it aside for a person."""

    # Counted before each attempt.
    attempts = models.IntegerField(_("尝试次数"), db_default=0)
    next_attempt_at = models.DateTimeField(_("下次尝试"), db_default=Now())
    last_error = models.TextField(_("最近错误"), db_default="", blank=True)
    set_aside_at = models.DateTimeField(_("搁置时间"), null=True, blank=True)

    class Meta:
        abstract = True
