"""The base of every till view: who speaks, and for which stores."""

from typing import Any, ClassVar, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel.errors import DomainError
from district.kernel.http.api import ApiView
from district.kernel.idempotency import Key
from district.merchants import services as merchants
from district.merchants.errors import MerchantSuspended, TillKeyInvalid
from district.merchants.queries.till import RememberedTill, Till, remembered_till, till_for


class TillAuthentication(BaseAuthentication):
    """`Authorization: Bearer tk_<prefix>_<secret>`, and nothing else: no session, no cookie."""

    def authenticate(self, request: Request) -> tuple[None, Till]:
        return None, _ask_for_till(request)

    def authenticate_header(self, request: Request) -> str:
        return TillKeyInvalid().headers["WWW-Authenticate"]


def _key_text(request: Request) -> str:
    """Raises TillKeyInvalid."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise TillKeyInvalid
    return text.strip()


def _ask_for_till(request: Request) -> Till:
    """Raises TillKeyInvalid, MerchantSuspended."""
    till = till_for(_key_text(request))
    merchants.note_key_use(till=till)
    return till


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
        merchant = cast(Till | RememberedTill, self.request.auth).merchant_id
        return self.idempotency_key(f"merchant:{merchant}:{act}", **terms)


class RememberedTillView(TillView):
    """An endpoint whose act may be one server call that asks for the till as well.

    An endpoint tries that call for a `remembered` till. Whatever stands in its way, nothing was written, and
    the endpoint goes on as any other: `till` asks, and so every refusal comes in its usual order.
    """

    def perform_authentication(self, request: Request) -> None:
        """A till this process has just asked for is not asked for again.

        Who was asked for only now is remembered too: between that question and the act the till may be stopped,
        and only the act's own call sees that.
        """
        till = remembered_till(_key_text(request))
        if till is None:
            super().perform_authentication(request)
            till = remembered_till(_key_text(request))
        if till is not None:
            request.auth = till

    @property
    def remembered(self) -> RememberedTill | None:
        return self.request.auth if isinstance(self.request.auth, RememberedTill) else None

    @property
    def till(self) -> Till:
        """Raises TillKeyInvalid, MerchantSuspended."""
        if self.remembered:
            self.request.auth = _ask_for_till(self.request)
        return super().till

    def handle_exception(self, exc: Exception) -> Response:
        """Who may not act at all hears that, whatever else is wrong with the request."""
        # Unset as long as nobody was let in: a method that does not exist is refused before.
        if isinstance(getattr(self.request, "_auth", None), RememberedTill):
            try:
                _ = self.till
            except DomainError as refusal:
                exc = refusal
        return super().handle_exception(exc)
