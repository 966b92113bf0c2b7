"""Who has not agreed to bear a share."""

from django.db.models.expressions import RawSQL

from coupons.models import TemplateVersion
from district.merchants.models import Merchant


def missing_consent_names(version: TemplateVersion) -> list[str]:
    """The names of the merchants a version names as payers that have not agreed to it, by pinyin."""
    missing = RawSQL("select coupons_missing_consents(%s)", [version.pk])
    rows = Merchant.objects.filter(pk__in=missing).order_by("name_key")
    return list(rows.values_list("name", flat=True))
