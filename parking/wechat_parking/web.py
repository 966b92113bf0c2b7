"""Where WeChat sends the notices of its parking service."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from district.wechat.pay_notices import answer_pay_notice
from parking.wechat_parking.inbox import SOURCE


@csrf_exempt
@require_POST
def parking_notices(request: HttpRequest) -> HttpResponse:
    return answer_pay_notice(request, source=SOURCE)


urlpatterns = [path("wechat/parking/notices", parking_notices, name="wechat-parking-notices")]
