"""The allauth provider that knows a member by a mini-program's login code."""

from typing import Any

from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import Provider, ProviderAccount
from django.http import HttpRequest

from district.wechat.client import gateway
from district.wechat.gateway import WechatSession


class MiniProgramAccount(ProviderAccount):  # type: ignore[misc]  # the library is untyped
    def to_str(self) -> str:
        return str(self.get_brand()["name"])


class MiniProgramProvider(Provider):  # type: ignore[misc]  # the library is untyped
    """Trades the code; what it hands on holds a keyed hash, never the openid or the session key."""

    id = "wechat_miniprogram"
    name = "微信小程序"
    account_class = MiniProgramAccount
    # Appid and secret belong to the gateway, so that they stand in one place only.
    uses_apps = False
    supports_redirect = False
    supports_token_authentication = True

    def verify_token(self, request: HttpRequest, token: dict[str, Any]) -> "MiniProgramLogin":
        """The sign-in that a code in `access_token` stands for. Raises what the gateway raises."""
        session = gateway().session_for(token["access_token"])
        login = self.sociallogin_from_response(request, session)
        return MiniProgramLogin(login, session)

    def extract_uid(self, data: WechatSession) -> str:
        return data.openid_hash.hex()

    def extract_extra_data(self, data: WechatSession) -> dict[str, Any]:
        return {}


class MiniProgramLogin(SocialLogin):  # type: ignore[misc]  # the library is untyped
    """allauth's sign-in, and beside it the person WeChat named, in memory only."""

    def __init__(self, login: SocialLogin, session: WechatSession) -> None:
        super().__init__(user=login.user, account=login.account, provider=login.provider)
        self.session = session


provider_classes = [MiniProgramProvider]
