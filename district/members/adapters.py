"""What allauth is told about our people: sign-up is WeChat's alone, and a shopper has no name to type."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest

from district.members.models import User
from district.members.models.user import shopper_name


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library is untyped
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: nobody becomes a user by a form, should allauth's addresses ever be mounted."""
        return False

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """The name given in populate_user stays."""

    def unstash_verified_email(self, request: HttpRequest) -> None:
        """There are no e-mail addresses, and no Django session to keep one in."""


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # the library is untyped
    def populate_user(
        self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]
    ) -> User:
        """A shopper without a password; the random name says nothing about the person."""
        user: User = sociallogin.user
        user.kind = User.Kind.SHOPPER
        user.username = shopper_name()
        return user
