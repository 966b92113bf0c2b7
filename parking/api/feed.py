"""How an operator's systems sign in to report and to ask: by a feed key, and by nothing else."""

from typing import Any, ClassVar, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from district.kernel.errors import DomainError, NotFound
from district.kernel.http.api import ApiView
from district.merchants.errors import MerchantSuspended
from parking.errors import FeedKeyInvalid
from parking.models import CarPark, OccupancyFeed
from parking.queries.feeds import feed_for


class FeedAuthentication(BaseAuthentication):
    """`Authorization: Bearer pf_<prefix>_<secret>`, and nothing else: no till key, no session."""

    def authenticate(self, request: Request) -> tuple[None, OccupancyFeed]:
        scheme, _sep, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise FeedKeyInvalid
        return None, feed_for(text.strip())

    def authenticate_header(self, request: Request) -> str:
        return FeedKeyInvalid().headers["WWW-Authenticate"]


class FeedKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = FeedAuthentication
    name = "feedKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A feed key, `pf_<prefix>_<secret>`, issued in the back office.",
        }


class FeedView(ApiView):
    """What a feed reports or asks."""

    authentication_classes = (FeedAuthentication,)
    refusals: ClassVar[tuple[type[DomainError], ...]] = (FeedKeyInvalid, MerchantSuspended)

    @property
    def feed(self) -> OccupancyFeed:
        return cast(OccupancyFeed, self.request.auth)

    def car_park(self, public_id: str) -> CarPark:
        """One that the feed reports for. Raises NotFound."""
        found = CarPark.objects.filter(feed=self.feed, public_id=public_id).first()
        if found is None:
            raise NotFound
        return found
