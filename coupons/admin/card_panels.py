"""The coupon's face in the back office: beside the form of a draft, and on the page of a version."""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from coupons import services as coupons
from coupons.admin.draft_form import DraftForm, draft_of
from coupons.card_view import CardView, card_view_of
from coupons.models import TemplateVersion
from coupons.qr_links import claim_link_of
from district.kernel.backoffice import refusals_as_form_errors


@dataclass(frozen=True)
class CardViewPanel:
    """The coupon as a shopper sees it."""

    face: CardView

    template: str = field(default="coupons/parts/face_panel.html", init=False)


@dataclass(frozen=True)
class ScanPanel:
    """What is printed for people who scan to claim."""

    link: str
    svg: str
    png: str
    poster: str

    template: str = field(default="coupons/parts/scan_panel.html", init=False)

    @classmethod
    def of(cls, version: TemplateVersion) -> "ScanPanel":
        return cls(claim_link_of(version), "../qr.svg", "../qr.png", "../poster/")


def card_view_of_form(form: DraftForm) -> CardView | None:
    """The face of the draft that a filled-in form says; None with the reasons on the form."""
    if not form.is_valid():
        return None
    with refusals_as_form_errors(form):
        draft = draft_of(form)
        coupons.validate_draft(draft=draft, payers=form.cleaned_data["payers"])
        return card_view_of(draft)
    return None


def live_preview(request: HttpRequest, form: DraftForm) -> HttpResponse:
    """A piece of page: the face, or what is still missing, each with the field it stands at."""
    face = card_view_of_form(form)
    return render(
        request, "coupons/parts/preview.html", {"face": face, "missing": list(_missing(form))}
    )


def _missing(form: forms.Form) -> Any:
    for name, errors in form.errors.items():
        bound = form[name] if name in form.fields else None
        label = "" if bound is None or bound.is_hidden else bound.label
        target = "" if bound is None else bound.id_for_label or bound.auto_id
        for error in errors:
            yield {"label": label or _("整体"), "text": error, "field": target}
