"""Where WeChat pushes messages to the mini-program's server."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from district.kernel.errors import NoticeRefused
from district.kernel.inbox.reception import receive_notice
from district.wechat.message_push import SIGNED_PARAMETERS, SOURCE, is_signed

_TEXT = "text/plain; charset=utf-8"


@csrf_exempt
@require_http_methods(["GET", "POST"])
def messages(request: HttpRequest) -> HttpResponse:
    """GET is WeChat's check that the address is ours; POST brings a message, which it repeats until `success`."""
    asked = request.GET
    if request.method == "GET":
        signed = is_signed(
            asked.get("signature", ""), asked.get("timestamp", ""), asked.get("nonce", "")
        )
        return HttpResponse(asked.get("echostr", ""), content_type=_TEXT) if signed else _refused()
    parameters = {name: asked.get(name, "") for name in SIGNED_PARAMETERS}
    try:
        receive_notice(source=SOURCE, headers=parameters, body=request.body)
    except NoticeRefused:
        return _refused()
    return HttpResponse("success", content_type=_TEXT)


def _refused() -> HttpResponse:
    return HttpResponse(status=HTTPStatus.UNAUTHORIZED)


urlpatterns = [path("wechat/messages", messages, name="wechat-messages")]
