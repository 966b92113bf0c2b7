from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp, TimedTask


class UmbrellasConfig(DistrictApp):
    name = "umbrellas"
    verbose_name = _("雨伞")
    api = "umbrellas.api.urls"
    timetable = {"count late umbrellas": TimedTask("umbrellas.count_late", 600.0)}
    listeners = "umbrellas.listeners"
    invariants = "umbrellas.invariants"
    permissions = {"lend_umbrellas": frozenset({"manager", "cashier"})}
    rate_limits = {"umbrella_store": (600, 60)}
    enum_names = {"UmbrellaKindEnum": "umbrellas.models.Loan.Kind"}
