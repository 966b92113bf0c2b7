from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp


class ParkingConfig(DistrictApp):
    name = "parking"
    verbose_name = _("停车")
