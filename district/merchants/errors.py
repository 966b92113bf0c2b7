"""What merchants can refuse."""

from django.utils.translation import gettext_lazy as _

from district.kernel.errors import DomainError


class StoreNotInAlliance(DomainError):
    code, status, title = "store_not_in_alliance", 409, _("门店不在联盟中")
    wording = _("该门店的商户目前不是联盟成员。")


class MembershipsOverlap(DomainError):
    code, status, title = "memberships_overlap", 409, _("成员期互相重叠")
    wording = _("该商户在此期间已有联盟成员期。")


class StoreNotYours(DomainError):
    # A store that does not exist is refused alike, so that nobody can feel for foreign ids.
    code, status, title = "store_not_yours", 403, _("无权使用该门店")
    wording = _("该门店不在此收银密钥或此商户的范围内。")


class StoreIsClosed(DomainError):
    code, status, title = "store_is_closed", 409, _("门店已闭店")
    wording = _("该门店已停止营业。")


class MerchantSuspended(DomainError):
    code, status, title = "merchant_suspended", 403, _("商户已暂停")
    wording = _("该商户已被运营方暂停，请联系运营方。")


class TillKeyInvalid(DomainError):
    code, status, title = "till_key_invalid", 401, _("收银密钥无效")
    wording = _("收银密钥不存在、已吊销或已过期，请换用有效的密钥。")

    @property
    def headers(self) -> dict[str, str]:
        return super().headers | {"WWW-Authenticate": 'Bearer realm="till"'}


class TillKeyEnded(DomainError):
    code, status, title = "till_key_ended", 409, _("收银密钥已停用")
    wording = _("已吊销、已过期或已更换的密钥不能再更换。")


class VisitUnknown(DomainError):
    code, status, title = "visit_unknown", 404, _("没有这次到店")
    wording = _("到店凭证无效，请重新扫描会员码。")


class VisitElsewhere(DomainError):
    code, status, title = "visit_elsewhere", 403, _("到店凭证属于其他门店")
    wording = _("会员在另一家门店出示了会员码，请在本店重新扫码。")


class VisitOver(DomainError):
    code, status, title = "visit_over", 410, _("到店已结束")
    wording = _("到店凭证已过期，请重新扫描会员码。")


class MemberNotFound(DomainError):
    code, status, title = "member_not_found", 404, _("没有找到会员")
    wording = _("没有找到这位会员，请让顾客重新出示会员码。")


class MerchantAlreadyRegistered(DomainError):
    code, status, title = "merchant_already_registered", 409, _("商户已登记")
    wording = _("统一社会信用代码 {uscc} 已登记。")


class FloorUnknown(DomainError):
    code, status, title = "floor_unknown", 409, _("没有该楼层")
    wording = _("该场所没有楼层 {floor}。")


class HoursOverlap(DomainError):
    code, status, title = "hours_overlap", 409, _("营业时间互相重叠")


class ClerkAlreadyPosted(DomainError):
    code, status, title = "clerk_already_posted", 409, _("该账号已有职务")
    wording = _("一个账号同时只能在一家商户担任一个职务，请先离任。")


class NotStaff(DomainError):
    code, status, title = "not_staff", 409, _("不是工作人员账号")
    wording = _("会员账号不能担任店员，请使用工作人员账号。")
