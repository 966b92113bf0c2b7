from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp


class CharterConfig(DistrictApp):
    name = "credit.charter"
    label = "charter"
    verbose_name = _("联盟公约")
    api = "credit.charter.api.urls"
    public_urls = {"charter/": "credit.charter.web"}
    # What binds the merchant is signed by its owner.
    permissions = {"sign_charter": frozenset()}
    invariants = "credit.charter.invariants"
    demo = "credit.charter.demo"
