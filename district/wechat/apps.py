from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp


class WechatConfig(DistrictApp):
    name = "district.wechat"
    label = "wechat"
    verbose_name = _("微信")
    public_urls = {"": "district.wechat.web"}
    inbox = "district.wechat.message_push"
