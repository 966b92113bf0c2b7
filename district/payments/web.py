"""Where channels send their notices."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from district.kernel.errors import NoticeRefused
from district.kernel.inbox.reception import receive_notice
from district.payments.inbox import UNIONPAY, WECHAT
from district.wechat.pay_notices import answer_pay_notice, refuse_notice


@csrf_exempt
@require_POST
def wechat_notices(request: HttpRequest) -> HttpResponse:
    return answer_pay_notice(request, source=WECHAT)


@csrf_exempt
@require_POST
def unionpay_notices(request: HttpRequest) -> HttpResponse:
    """200 as soon as a notice is kept; UnionPay repeats what is answered otherwise."""
    try:
        receive_notice(source=UNIONPAY, headers=request.headers, body=request.body)
    except NoticeRefused as refusal:
        return refuse_notice(refusal.detail, HTTPStatus.UNAUTHORIZED)
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("wechat/pay/notices", wechat_notices, name="wechat-pay-notices"),
    path("unionpay/notices", unionpay_notices, name="unionpay-notices"),
]
