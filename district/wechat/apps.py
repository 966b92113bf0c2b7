from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp


class WechatConfig(DistrictApp):
    name = "district.wechat"
    label = "wechat"
    verbose_name = _("微信")
