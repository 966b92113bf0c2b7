"""What a credit code opens in any scanner: a page of ours without sign-in, script or request to anybody else."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, register_converter
from django.views.decorators.http import require_safe

from credit.code_links import MINI_PAGE, scene_of
from credit.models import CreditCode, ProfileEntry
from credit.queries.codes import CheckedCode, check_code
from credit.queries.standing import standing_of
from credit.services import count_scan
from credit.statistics_texts import statistics_lines
from credit.texts import LICENCE_TEXTS, STATUS_TEXTS, StatusText
from credit.values import CodeStatus
from district.kernel import clock
from district.kernel.database import ids
from district.kernel.errors import NotFound

# Opens the mini-program from any app of a phone that has WeChat; nothing is asked of anybody before a tap.
_MINI_LINK = "weixin://dl/business/?"
_LARGE = "large"


class CodeId:
    """An address holds the id of a credit code, or it is none."""

    regex = rf"crc_[0-9A-Za-z]{{{ids.LENGTH}}}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The store behind a code and whether the code is good; `text=large` for larger letters."""
    version, signature = request.GET.get("v", ""), request.GET.get("s", "")
    try:
        checked = check_code(code, version=version, signature=signature)
    except NotFound:
        return unknown(request)
    if request.method == "GET" and checked.status is not CodeStatus.SIGNATURE_WRONG:
        count_scan(store_id=checked.code.store_id)
    is_large = request.GET.get("text") == _LARGE
    context = {
        "status": STATUS_TEXTS[checked.status],
        "is_large": is_large,
        "size_link": f"?{urlencode(_signed(version, signature) | ({} if is_large else {'text': _LARGE}))}",
        "checked_at": clock.now(),
        **_content(checked),
    }
    answer = render(request, "credit/page.html", context)
    # What it says is true now: nobody may keep it.
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_safe
def unknown(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Of an id that was never issued; or the file by which WeChat knows the host of ordinary links."""
    name, _colon, content = settings.WECHAT_LINK_CHECK.partition(":")
    if rest and rest == name:
        return HttpResponse(content, content_type="text/plain")
    status = StatusText.unknown()
    return render(request, "credit/page.html", {"status": status}, status=404)


def _signed(version: str, signature: str) -> dict[str, str]:
    return {"v": version, "s": signature} if version or signature else {}


def _content(checked: CheckedCode) -> dict[str, object]:
    """What the page says of the store; of a code that is not ours, nothing."""
    if checked.status is CodeStatus.SIGNATURE_WRONG:
        return {}
    standing = standing_of(checked.store, at=clock.now())
    items = ProfileEntry.Item
    return {
        "store": checked.store,
        "standing": standing,
        "figures": statistics_lines(standing.snapshot.statistics) if standing.snapshot else [],
        "licence_text": LICENCE_TEXTS[standing.licence.status],
        "profile": [
            (item.label, standing.profile[item]) for item in items if item in standing.profile
        ],
        "mini_link": _mini_links(checked.code),
    }


def _mini_links(code: CreditCode) -> dict[str, str]:
    """Where the buttons lead; none without a mini-program."""
    if not settings.WECHAT_APPID:
        return {}
    return {
        act: _MINI_LINK
        + urlencode(
            {
                "appid": settings.WECHAT_APPID,
                "path": MINI_PAGE,
                "query": urlencode({"scene": scene_of(code), "act": act}),
            }
        )
        for act in ("complain", "tip_off", "correct")
    }


register_converter(CodeId, "credit_code")
urlpatterns = [
    path("<credit_code:code>", page, name="credit_page"),
    path("<path:rest>", unknown),
]
