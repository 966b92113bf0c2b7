"""One address that tells the time, for test_api.py."""

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel import clock
from district.kernel.http.api import ApiView
from district.urls import handler404, handler500

__all__ = ["handler404", "handler500"]


class TimeView(ApiView):
    def get(self, request: Request) -> Response:
        return Response(
            {
                "now": clock.now().astimezone(clock.SHANGHAI).isoformat(),
                "real": clock.real_now().isoformat(),
            }
        )


urlpatterns = [path("api/v1/time", TimeView.as_view())]
