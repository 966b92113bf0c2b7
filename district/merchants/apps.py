from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp


class MerchantsConfig(DistrictApp):
    name = "district.merchants"
    label = "merchants"
    verbose_name = _("商户")
    api = "district.merchants.api.urls"
    permissions = {
        "view_store": frozenset({"manager", "cashier", "finance"}),
        "edit_store": frozenset({"manager"}),
        "edit_merchant": frozenset(),
        "manage_keys": frozenset({"manager"}),
        "appoint_cashiers": frozenset({"manager"}),
        "appoint_clerks": frozenset(),
        "work_the_till": frozenset({"manager", "cashier"}),
    }
    rate_limits = {
        "look_up_till": (600, 60),
        "look_up_phone_till": (30, 60),
        "look_up_miss_till": (60, 60),
    }
    enum_names = {
        "VenueKindEnum": ["mall", "street", "complex"],
        "StoreStateEnum": ["open", "closed"],
    }
