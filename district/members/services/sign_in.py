"""Coming in through WeChat: the first time makes a member, every time opens a session."""

from allauth.socialaccount.adapter import get_adapter
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from district.kernel import clock
from district.members import personal
from district.members.errors import AccountClosed
from district.members.models import Member, WechatIdentity
from district.members.services.session import SignedIn, open_session
from district.wechat.gateway import WechatSession
from district.wechat.provider import MiniProgramProvider

# The second try finds what the winner of the race has made; a third is never needed.
_TRIES = 2


def sign_in_with_wechat(*, code: str) -> SignedIn:
    """Open a session for whoever stands behind a wx.login code, who becomes a member if new.

    The code is traded once, before and outside of any transaction.

    Raises LoginCodeInvalid, LoginCodeUsed, LoginBlocked, WechatBusy, WechatUnavailable,
    WechatMisconfigured, AccountClosed.
    """
    provider = _provider()
    person = provider.verify_token(provider.request, {"access_token": code}).session
    return open_session(member=sign_up_member(person=person))


def sign_up_member(*, person: WechatSession, nickname: str = "") -> Member:
    """The member this WeChat person is, made on the first visit; two first visits make one.

    Raises AccountClosed.
    """
    for last_try in range(1, _TRIES + 1):
        try:
            member = _find_or_join(person, nickname)
        except IntegrityError:
            # Lost against a twin. Only the database part is repeated: the code is spent.
            if last_try == _TRIES:
                raise
        else:
            break
    if member.closed_at is not None:
        raise AccountClosed
    return member


@transaction.atomic
def _find_or_join(person: WechatSession, nickname: str) -> Member:
    provider = _provider()
    login = provider.sociallogin_from_response(provider.request, person)
    # allauth's look-up writes back whole what it read: a merge that hands this WeChat account to
    # another member at the same moment would be undone.
    identities = WechatIdentity.objects.select_for_update(no_key=True)
    identities.filter(openid_hash=person.openid_hash).first()
    login.lookup()
    if login.user.pk is not None:
        return Member.objects.get(user=login.user)
    get_adapter().save_user(provider.request, login)
    member = Member(user=login.user, nickname=nickname, joined_at=clock.now())
    member.nickname = nickname or f"会员{member.card_no[-4:]}"
    member.save()
    personal.create_member_key(member)
    WechatIdentity.objects.create(
        member=member,
        appid=person.appid,
        openid_hash=person.openid_hash,
        openid_sealed=personal.seal(member, "openid", person.openid),
        unionid_hash=person.unionid_hash,
    )
    return member


def _provider() -> MiniProgramProvider:
    # allauth's functions want a request. This one is nobody's: no cookie, no Django session.
    provider: MiniProgramProvider = get_adapter().get_provider(
        HttpRequest(), MiniProgramProvider.id
    )
    return provider
