"""WeChat's words that are known, in Chinese; an unknown one stays the word that it is."""

from django.utils.translation import gettext_lazy as _

PAY_STATES = [
    ("PENDING", _("待处理")),
    ("PROCESSING", _("处理中")),
    ("PROCESSED", _("已处理完成")),
]
OPERATE_TYPES = [
    ("USER_CREATE_COMPLAINT", _("用户提交投诉")),
    ("USER_CONTINUE_COMPLAINT", _("用户继续投诉")),
    ("USER_RESPONSE", _("用户留言")),
    ("USER_REVOKE_COMPLAINT", _("用户撤诉")),
    ("USER_SUBMIT_SATISFACTION", _("用户评价")),
    ("USER_APPLY_PLATFORM_HELP", _("用户申请平台协助")),
    ("USER_APPLY_PLATFORM_SERVICE", _("用户申请平台客服")),
    ("PLATFORM_RESPONSE", _("平台留言")),
    ("PLATFORM_HELP_APPLICATION", _("平台协助")),
    ("PLATFORM_SERVICE_FINISHED", _("平台客服结束")),
    ("MERCHANT_RESPONSE", _("商户留言")),
    ("MERCHANT_CONFIRM_COMPLETE", _("商户反馈处理完成")),
    ("MERCHANT_APPROVE_REFUND", _("商户同意退款")),
    ("MERCHANT_REFUSE_RERUND", _("商户拒绝退款")),
    ("COMPLAINT_FULL_REFUNDED_SYSTEM_MESSAGE", _("已全额退款")),
]
PROBLEM_TYPES = [
    ("REFUND", _("申请退款")),
    ("SERVICE_NOT_WORK", _("服务未生效")),
    ("OTHERS", _("其他")),
]
