"""Where WeChat Pay sends the notices of the smart district."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from district.kernel.errors import NoticeRefused
from district.kernel.inbox.reception import receive_notice
from district.wechat.errors import WechatMisconfigured
from loyalty.business_circle.inbox import SOURCE


@csrf_exempt
@require_POST
def business_circle_notices(request: HttpRequest) -> HttpResponse:
    """204 as soon as a notice is kept; what it says is handled by a worker. WeChat repeats what is refused."""
    try:
        receive_notice(source=SOURCE, headers=request.headers, body=request.body)
    except NoticeRefused as refusal:
        return _fail(refusal.detail, HTTPStatus.UNAUTHORIZED)
    except WechatMisconfigured as refusal:
        return _fail(refusal.detail, HTTPStatus.SERVICE_UNAVAILABLE)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _fail(message: str, status: HTTPStatus) -> HttpResponse:
    return JsonResponse({"code": "FAIL", "message": message}, status=status)


urlpatterns = [
    path("wechat/business-circle/notices", business_circle_notices, name="business-circle-notices")
]
