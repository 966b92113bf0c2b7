"""Where WeChat Pay sends the notices of complaints."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from credit.wechat_complaints.inbox import SOURCE
from credit.wechat_complaints.services.register_address import PATH
from district.wechat.pay_notices import answer_pay_notice


@csrf_exempt
@require_POST
def complaint_notices(request: HttpRequest) -> HttpResponse:
    return answer_pay_notice(request, source=SOURCE)


urlpatterns = [path(PATH, complaint_notices, name="wechat-complaint-notices")]
