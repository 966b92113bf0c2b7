from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp


class DemoConfig(DistrictApp):
    name = "district.demo"
    label = "demo"
    verbose_name = _("演示商圈")
