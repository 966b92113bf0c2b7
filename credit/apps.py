from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp


class CreditConfig(DistrictApp):
    name = "credit"
    verbose_name = _("商户信用")
