"""The merchants' words in the journal, and their headings in the sidebar."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import MenuGroup, name_actors, name_verbs
from district.merchants.models import TillKey

MERCHANTS = MenuGroup(gettext_lazy("商户"), order=20)
PLACES = MenuGroup(gettext_lazy("场所与业态"), order=80)

name_verbs(
    register_merchant=gettext_lazy("登记商户"),
    create_fund=gettext_lazy("设立专项资金"),
    edit_merchant=gettext_lazy("修改商户资料"),
    enrol_merchant=gettext_lazy("商户入盟"),
    withdraw_merchant=gettext_lazy("商户退盟"),
    suspend_merchant=gettext_lazy("暂停商户"),
    resume_merchant=gettext_lazy("恢复商户"),
    open_store=gettext_lazy("新开门店"),
    edit_store=gettext_lazy("修改门店资料"),
    close_store=gettext_lazy("关闭门店"),
    set_opening_hours=gettext_lazy("设置营业时间"),
    appoint_clerk=gettext_lazy("任命店员"),
    dismiss_clerk=gettext_lazy("店员离任"),
    issue_till_key=gettext_lazy("签发收银密钥"),
    rotate_till_key=gettext_lazy("更换收银密钥"),
    revoke_till_key=gettext_lazy("吊销收银密钥"),
    find_by_phone=gettext_lazy("收银台按手机号查找会员"),
)


def _till_names(pks: set[int]) -> dict[int, str]:
    rows = TillKey.objects.filter(pk__in=pks).values_list("pk", "name")
    return {pk: _("收银台 %(name)s") % {"name": name} for pk, name in rows}


name_actors("till", _till_names)
