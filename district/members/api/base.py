"""The base of every view of the mini-program: who is asking, by a token of ours and nothing else."""

from typing import Any, ClassVar, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from district.kernel.errors import DomainError
from district.kernel.http.api import ApiView
from district.members import queries
from district.members import services as members
from district.members.errors import AccountClosed, SignInAgain
from district.members.models import Member, ShopperSession


class ShopperAuthentication(BaseAuthentication):
    """`Authorization: Bearer sht_…`; Django's session cookie means nothing here."""

    def authenticate(self, request: Request) -> tuple[Member, ShopperSession]:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise SignInAgain
        session = queries.live_session(token.strip())
        members.note_session_use(session=session)
        return session.member, session

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class ShopperAuthenticationScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI file names the shopper's token."""

    target_class = ShopperAuthentication
    name = "shopper"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "sht_…",
            "description": "A member's token from `POST /api/v1/session`.",
        }


class ShopperView(ApiView):
    """An endpoint for a signed-in member."""

    authentication_classes = [ShopperAuthentication]
    refusals: ClassVar[tuple[type[DomainError], ...]] = (SignInAgain, AccountClosed)

    @property
    def member(self) -> Member:
        """Who is asking: the one place where the framework's `request.auth` gets a type."""
        return self.session.member

    @property
    def session(self) -> ShopperSession:
        return cast(ShopperSession, self.request.auth)
