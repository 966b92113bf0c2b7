"""Where WeChat Pay sends the notices of the smart district."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from district.wechat.pay_notices import answer_pay_notice
from loyalty.business_circle.inbox import SOURCE


@csrf_exempt
@require_POST
def business_circle_notices(request: HttpRequest) -> HttpResponse:
    return answer_pay_notice(request, source=SOURCE)


urlpatterns = [
    path("wechat/business-circle/notices", business_circle_notices, name="business-circle-notices")
]
