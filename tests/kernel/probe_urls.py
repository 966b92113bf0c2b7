"""Addresses that break in every way a view or a framework can, for test_problems.py."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel.errors import DomainError, TooManyRequests
from district.kernel.http.api import ApiView
from district.urls import handler404, handler500
from district.urls import urlpatterns as real

__all__ = ["handler404", "handler500"]


class TeaSoldOut(DomainError):
    code, status, title = "tea_sold_out", 409, "茶已售罄"
    wording = "还剩 {left} 杯。"


class ReadOnlySession(Exception):
    sqlstate = "25006"


def after_a_failover() -> InternalError:
    error = InternalError("cannot execute INSERT in a read-only transaction")
    error.__cause__ = ReadOnlySession()
    return error


class OrderLineForm(serializers.Serializer):
    points = serializers.IntegerField()


class OrderForm(serializers.Serializer):
    name = serializers.CharField()
    lines = OrderLineForm(many=True)


class OrdersView(ApiView):
    def post(self, request: Request) -> Response:
        return Response(self.request_data(OrderForm), 201)

    def get(self, request: Request) -> Response:
        return Response({"results": []})


ERRORS = {
    "refusal": lambda: TeaSoldOut(left=0),
    "busy": lambda: TooManyRequests(retry_after=7),
    "throttled": lambda: exceptions.Throttled(wait=3.2),
    "not-authenticated": exceptions.NotAuthenticated,
    "denied": PermissionDenied,
    "gone": Http404,
    "suspicious": lambda: SuspiciousOperation("secret 13812341234"),
    "bug": lambda: KeyError("secret 13812341234"),
    "database-gone": lambda: OperationalError("secret 13812341234"),
    "connection-gone": lambda: InterfaceError("secret"),
    "read-only": after_a_failover,
    "database-bug": lambda: InternalError("secret"),
}


class BrokenView(ApiView):
    def get(self, request: Request, how: str) -> Response:
        raise ERRORS[how]()


@csrf_exempt
def plainly_broken(request: HttpRequest, how: str) -> HttpResponse:
    raise ERRORS[how]()


def html(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<h1>Teapot</h1>", status=418)


def elsewhere(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect("https://elsewhere.example/")


class NamedView(ApiView):
    def get(self, request: Request, name: str) -> Response:
        return Response({"name": name})


probes = [
    path("named/<str:name>", NamedView.as_view()),
    path("orders", OrdersView.as_view()),
    path("broken/<str:how>", BrokenView.as_view()),
    path("plain/<str:how>", plainly_broken),
    path("html", html),
    path("elsewhere", elsewhere),
]
urlpatterns = [path("api/v1/", include(probes)), path("pages/", include(probes)), *real]
