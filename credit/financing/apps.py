from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp


class FinancingConfig(DistrictApp):
    name = "credit.financing"
    label = "financing"
    verbose_name = _("融资服务")
    api = "credit.financing.api.urls"
    public_urls = {"financing/": "credit.financing.web"}
    # What tells an institution of the merchant is given by its owner.
    permissions = {"share_credit": frozenset()}
    rate_limits = {"view_financing_report": (60, 3_600)}
    enum_names = {
        "InstitutionKindEnum": "credit.financing.models.PartnerInstitution.Kind",
        "ReportStatusEnum": "credit.financing.models.ReportStatus",
    }
    invariants = "credit.financing.invariants"
    demo = "credit.financing.demo"
