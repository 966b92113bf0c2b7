"""The verbs of the members app."""

from district.members.services.absent_shopper import make_absent_shopper
from district.members.services.absorb_member import absorb_member
from district.members.services.bind_phone import bind_phone
from district.members.services.card_code import CardCode, issue_card_code, use_card_code
from district.members.services.close_account import close_account
from district.members.services.end_sessions import end_sessions
from district.members.services.look_up_by_phone import look_up_by_phone
from district.members.services.make_operator import make_operator, unmake_operator
from district.members.services.pictures import open_picture, seal_picture
from district.members.services.rewrap_keys import rewrap_keys
from district.members.services.session import (
    SignedIn,
    note_session_use,
    open_session,
    sign_out,
)
from district.members.services.sign_in import sign_in_with_wechat, sign_up_member
from district.members.services.staff import (
    create_staff,
    set_staff_password,
    switch_off_staff,
    switch_on_staff,
)
from district.members.services.update_profile import UNSET, Unset, update_profile

__all__ = [
    "UNSET",
    "CardCode",
    "SignedIn",
    "Unset",
    "absorb_member",
    "bind_phone",
    "close_account",
    "create_staff",
    "end_sessions",
    "issue_card_code",
    "look_up_by_phone",
    "make_absent_shopper",
    "make_operator",
    "note_session_use",
    "open_picture",
    "open_session",
    "rewrap_keys",
    "seal_picture",
    "set_staff_password",
    "sign_in_with_wechat",
    "sign_out",
    "sign_up_member",
    "switch_off_staff",
    "switch_on_staff",
    "unmake_operator",
    "update_profile",
    "use_card_code",
]
