"""How WeChat Pay's notices are answered, whichever address they come to."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse

from district.kernel.errors import NoticeRefused
from district.kernel.inbox.reception import receive_notice
from district.wechat.errors import WechatMisconfigured


def answer_pay_notice(request: HttpRequest, *, source: str) -> HttpResponse:
    """204 as soon as the inbox has the notice; a worker handles it. WeChat repeats what is refused."""
    try:
        receive_notice(source=source, headers=request.headers, body=request.body)
    except NoticeRefused as refusal:
        return refuse_notice(refusal.detail, HTTPStatus.UNAUTHORIZED)
    except WechatMisconfigured as refusal:
        return refuse_notice(refusal.detail, HTTPStatus.SERVICE_UNAVAILABLE)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def refuse_notice(message: str, status: HTTPStatus) -> HttpResponse:
    """The refusal as WeChat Pay words it."""
    return JsonResponse({"code": "FAIL", "message": message}, status=status)
