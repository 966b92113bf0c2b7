from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IssuingConfig(AppConfig):
    name = "coupons.issuing"
    label = "issuing"
    verbose_name = _("批量发券与券码导入")
