"""Where channels send their notices."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from district.kernel.errors import NoticeRefused
from district.kernel.inbox.reception import receive_notice
from district.payments.inbox import UNIONPAY, WECHAT
from district.wechat.errors import WechatMisconfigured


@csrf_exempt
@require_POST
def wechat_notices(request: HttpRequest) -> HttpResponse:
    """204 as soon as a notice is kept; what it says is handled by a worker. WeChat repeats what is refused."""
    try:
        receive_notice(source=WECHAT, headers=request.headers, body=request.body)
    except NoticeRefused as refusal:
        return _fail(refusal.detail, HTTPStatus.UNAUTHORIZED)
    except WechatMisconfigured as refusal:
        return _fail(refusal.detail, HTTPStatus.SERVICE_UNAVAILABLE)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@csrf_exempt
@require_POST
def unionpay_notices(request: HttpRequest) -> HttpResponse:
    """200 as soon as a notice is kept; UnionPay repeats what is answered otherwise."""
    try:
        receive_notice(source=UNIONPAY, headers=request.headers, body=request.body)
    except NoticeRefused as refusal:
        return _fail(refusal.detail, HTTPStatus.UNAUTHORIZED)
    return HttpResponse("ok", content_type="text/plain")


def _fail(message: str, status: HTTPStatus) -> HttpResponse:
    return JsonResponse({"code": "FAIL", "message": message}, status=status)


urlpatterns = [
    path("wechat/pay/notices", wechat_notices, name="wechat-pay-notices"),
    path("unionpay/notices", unionpay_notices, name="unionpay-notices"),
]
