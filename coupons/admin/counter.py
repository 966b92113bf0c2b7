"""核销: a clerk redeems what the shopper shows, on a phone or at a computer.

Two steps as at the till: a check that uses nothing, and the redemption of what was looked at. A code
lives half a minute, so the page carries the check's tickets, which are good for ten.
"""

import secrets
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons import services as coupons
from coupons.admin.common import COUPONS, note_once
from coupons.admin.counter_check import CheckPage, check_page_of
from coupons.admin.counter_forms import CounterForm, RedeemForm, bill_fields, paper_codes_only
from coupons.models import Redemption
from coupons.queries import version_terms
from coupons.queries.redemptions import request_of_stores
from coupons.results import RedemptionResult
from district.kernel.backoffice import (
    Cell,
    Menu,
    Section,
    Workspace,
    refusals_as_form_errors,
    register_workspace,
    visible,
)
from district.kernel.backoffice.sections import url_of
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key
from district.kernel.text.money import format_yuan
from district.merchants.models import Store
from district.merchants.queries import alliance_store
from district.merchants.scope import viewer

# A phone or PC stands at one counter, whoever is signed in on it.
REMEMBERED = "counter_store"
A_YEAR = 365 * 24 * 3600


def is_allowed(request: HttpRequest) -> bool:
    """Clerks who work the till; an operator stands at no counter."""
    who = viewer(request)
    return who.post is not None and who.can("work_the_till")


def page(request: HttpRequest, frame: dict[str, Any]) -> HttpResponse:
    """The form, the check of it, or what a redemption came to."""
    stores = viewer(request).stores().order_by("name_key", "pk")
    away = _access_refusal(request, stores)
    if away:
        return _answer(request, frame | {"away": away}, HTTPStatus.FORBIDDEN)
    if request.method == "POST":
        return _post(request, frame, stores.filter(state=Store.State.OPEN))
    done = request_of_stores(stores, request.GET.get("done", ""))
    if done is not None:
        return _answer(request, frame | _done_context(request, done))
    return _answer(request, frame | {"form": _empty_form(request, stores)})


def _access_refusal(request: HttpRequest, stores: QuerySet[Store]) -> str:
    if viewer(request).operator:
        return _("核销由门店店员在柜台完成，运营账号没有门店岗位，不能核销。")
    if not is_allowed(request):
        return _("您的岗位不能核销，请联系店主或店长。")
    if not stores.filter(state=Store.State.OPEN).exists():
        return _("您的岗位下没有营业中的门店，不能核销。")
    return ""


def _post(request: HttpRequest, frame: dict[str, Any], stores: QuerySet[Store]) -> HttpResponse:
    form = (RedeemForm if "redeem" in request.POST else CounterForm)(request.POST, stores=stores)
    if not form.is_valid():
        return _refused(request, frame, form)
    if isinstance(form, RedeemForm):
        with refusals_as_form_errors(form):
            return _redeemed(request, form)
    check_page = _check_page(form, dropped=request.POST.get("drop", ""))
    if check_page is None:
        return _refused(request, frame, form)
    errors = [*form.non_field_errors(), *(text for _code, text in check_page.refused)]
    codes = paper_codes_only([code for code, _text in check_page.refused])
    context = {
        "errors": errors,
        "check_page": check_page,
        "bill_fields": bill_fields(form),
        "once": secrets.token_hex(16),
        "form": CounterForm(stores=stores, initial=bill_fields(form) | {"codes": codes}),
    }
    wrong = errors and not check_page.tickets
    answer = _answer(
        request, frame | context, HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    )
    _remember(request, answer, form.cleaned_data["store"])
    return answer


def _check_page(form: CounterForm, *, dropped: str) -> CheckPage | None:
    """The check, also after a redemption that was refused; None with the reason on the form."""
    values = form.cleaned_data
    try:
        store = alliance_store(values["store"].public_id)
        kept = [ticket for ticket in values["kept"] if ticket != dropped]
        return check_page_of(
            store=store, reported_bill=form.reported_bill, kept=kept, codes=values["codes"]
        )
    except DomainError as refusal:
        text = refusal.detail or str(refusal.title)
        if text not in form.non_field_errors():
            form.add_error(None, text)
        return None


def _redeemed(request: HttpRequest, form: RedeemForm) -> HttpResponse:
    values, reported_bill = form.cleaned_data, form.reported_bill
    store = alliance_store(values["store"].public_id)
    actor = f"user:{viewer(request).user.pk}"
    # In a transaction around both a wrong PIN would not be counted; a second click mends a lost line.
    made = coupons.redeem_coupons(
        store=store,
        reported_bill=reported_bill,
        codes=values["use"],
        request_no=f"desk-{values['once']}",
        actor=actor,
        key=Key.of(
            f"{actor}:redeem",
            values["once"],
            store=store.public_id,
            bill_no=reported_bill.bill_no,
            fen=reported_bill.fen,
            lines=reported_bill.lines,
            use=values["use"],
        ),
    )
    note_once(
        verb="redeem_coupons",
        subject=f"coupons.redemptionrequest:{made.pk}",
        by=viewer(request).user,
        bill_no=reported_bill.bill_no,
    )
    return HttpResponseRedirect(f"{WORKSPACE.url}?{urlencode({'done': made.request_no})}")


def _refused(request: HttpRequest, frame: dict[str, Any], form: CounterForm) -> HttpResponse:
    hidden = [text for field in form.hidden_fields() for text in field.errors]
    errors = [*form.non_field_errors(), *hidden] or [_("请改正下面标出的内容。")]
    # What only a confirmation asks is no field of the form that is filled in anew.
    for name in ("once", "use"):
        form.fields.pop(name, None)
    context = {"errors": errors, "form": form}
    return _answer(request, frame | context, HTTPStatus.UNPROCESSABLE_ENTITY)


def _empty_form(request: HttpRequest, stores: QuerySet[Store]) -> CounterForm:
    found = stores.filter(state=Store.State.OPEN)
    known = request.COOKIES.get(REMEMBERED)
    store = next((store_row.pk for store_row in found if store_row.public_id == known), None)
    return CounterForm(stores=found, initial={"store": store})


def _remember(request: HttpRequest, answer: HttpResponse, store: Store) -> None:
    answer.set_cookie(
        REMEMBERED,
        store.public_id,
        max_age=A_YEAR,
        path=WORKSPACE.url,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def _done_context(request: HttpRequest, made: RedemptionResult) -> dict[str, Any]:
    """What was redeemed, as it stands now."""
    used = made.redemptions
    open_to_see = visible(request, Redemption, [redemption.pk for redemption in used])
    rows = [
        [
            Cell(
                f"{redemption.name}（{version_terms(redemption.version).benefit.text()}）",
                url_of(Redemption, redemption.pk) if redemption.pk in open_to_see else "",
            ),
            f"-{format_yuan(redemption.discount_fen)}" if redemption.discount_fen else _("兑换"),
            Cell(_("已撤销"), tone="warn")
            if redemption.reversed_at
            else Cell(_("已核销"), tone="good"),
        ]
        for redemption in used
    ]
    live = [redemption for redemption in used if redemption.reversed_at is None]
    return {
        "done": True,
        "reversed": not live,
        "bill_no": made.bill_no,
        "figures": [
            (_("账单金额"), format_yuan(made.bill_fen)),
            (_("本次减免"), f"-{format_yuan(sum(redemption.discount_fen for redemption in live))}"),
            (_("应付"), format_yuan(made.bill_fen - made.bill_discount_fen)),
        ],
        "panels": [
            Section(
                _("本次核销的券"),
                [_("券"), _("减免"), _("状态")],
                rows,
                empty="",
                note=_("点券名可查看承担方；扫错了当天可在那里撤销。"),
            )
        ],
    }


def _answer(
    request: HttpRequest, context: dict[str, Any], status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    return TemplateResponse(request, "coupons/counter.html", context, status=status)


WORKSPACE = Workspace(
    name="counter",
    title=gettext_lazy("核销"),
    menu=Menu(COUPONS, "qr_code_scanner", 5),
    is_allowed=is_allowed,
    page=page,
)
register_workspace(WORKSPACE)
