"""The tables of the members app."""

from district.members.models.card import CardCodeUse
from district.members.models.member import Member, MemberKey, WechatIdentity
from district.members.models.session import ShopperSession
from district.members.models.user import User

__all__ = ["CardCodeUse", "Member", "MemberKey", "ShopperSession", "User", "WechatIdentity"]
