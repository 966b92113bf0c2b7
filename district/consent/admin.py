"""What acts of consent are called in the journal; its screens are still to come."""

from django.utils.translation import gettext_lazy

from district.kernel.backoffice import name_verbs

name_verbs(
    propose_notice=gettext_lazy("提出告知文本"),
    approve_notice=gettext_lazy("发布告知文本"),
    reject_notice=gettext_lazy("拒绝告知文本"),
    set_minor=gettext_lazy("标记是否未满十四周岁"),
)
