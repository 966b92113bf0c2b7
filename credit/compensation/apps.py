from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp, TimedTask


class CompensationConfig(DistrictApp):
    name = "credit.compensation"
    label = "compensation"
    verbose_name = _("先行赔付基金")
    api = "credit.compensation.api.urls"
    timetable = {
        "see what statements bring the fund": TimedTask("compensation.follow_statements", 600.0),
    }
    listeners = "credit.compensation.listeners"
    invariants = "credit.compensation.invariants"
    demo = "credit.compensation.demo"
    settlement_sources = {"compensation": _("先行赔付追偿")}

    def ready(self) -> None:
        """Complaints ask the fund what it would pay, and know no fund."""
        super().ready()
        # Both name models.
        from credit.compensation.queries.scheme import cover_of  # noqa: PLC0415
        from credit.complaints.queries.fund_cover import register_cover_query  # noqa: PLC0415

        register_cover_query(cover_of)
