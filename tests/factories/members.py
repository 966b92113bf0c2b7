"""The smallest valid people."""

import secrets

from district.members import services as members
from district.members.models import Member, User
from district.wechat.gateway import WechatSession

PASSWORD = "a-long-enough-password"


def make_member(nickname="小林", *, openid=None):
    """A member who came through WeChat, as the sign-in makes them."""
    person = WechatSession(openid=openid or f"o{secrets.token_urlsafe(20)}")
    return members.sign_up_member(person=person, nickname=nickname)


def make_staff(username="zhang", **fields):
    """Somebody with a password, who may enter the admin."""
    return User.objects.create_staff(username, PASSWORD, **fields)


def make_operator(username="yunying"):
    return User.objects.create_superuser(username, PASSWORD)


def bearer(member: Member):
    """What a request of this member carries, for Django's test client."""
    return {"HTTP_AUTHORIZATION": f"Bearer {members.open_session(member=member).token}"}
