"""What a store that lends umbrellas can be refused."""

from django.utils.translation import gettext_lazy as _

from district.kernel.errors import DomainError


class UmbrellaLentAlready(DomainError):
    code, title = "umbrella_lent_already", _("雨伞已借出")
    wording = _("伞号 {umbrella_no} 尚未归还。")
