from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp, TimedTask


class IssuingConfig(DistrictApp):
    name = "coupons.issuing"
    label = "issuing"
    verbose_name = _("批量发券与券码导入")
    api = "coupons.issuing.api.urls"
    # A job whose wake-up was lost, or whose worker died.
    timetable = {"issue coupons": TimedTask("issuing.run_jobs", 20.0)}
    invariants = "coupons.issuing.invariants"
