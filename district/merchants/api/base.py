"""The base of every till view: who speaks, and for which stores."""

from typing import Any, ClassVar, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from district.kernel.errors import DomainError
from district.kernel.http.api import ApiView
from district.kernel.idempotency import Key
from district.merchants import services as merchants
from district.merchants.errors import MerchantSuspended, TillKeyInvalid
from district.merchants.queries.till import Till, till_for


class TillAuthentication(BaseAuthentication):
    """`Authorization: Bearer tk_<prefix>_<secret>`, and nothing else: no session, no cookie."""

    def authenticate(self, request: Request) -> tuple[None, Till]:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise TillKeyInvalid
        till = till_for(text.strip())
        merchants.note_key_use(till=till)
        return None, till

    def authenticate_header(self, request: Request) -> str:
        return TillKeyInvalid().headers["WWW-Authenticate"]


class TillKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TillAuthentication
    name = "tillKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A till key, `tk_<prefix>_<secret>`, issued in the back office.",
        }


class TillView(ApiView):
    """An endpoint for tills; subclasses add their refusals to these."""

    authentication_classes = (TillAuthentication,)
    refusals: ClassVar[tuple[type[DomainError], ...]] = (TillKeyInvalid, MerchantSuspended)

    @property
    def till(self) -> Till:
        return cast(Till, self.request.auth)

    def key(self, act: str, **terms: Any) -> Key:
        """The till's idempotency key for an act, shared by all tills of its merchant.

        Raises KeyMissing.
        """
        return self.idempotency_key(f"merchant:{self.till.merchant.pk}:{act}", **terms)
