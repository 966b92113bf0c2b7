"""The back office's one site: staff only, sign-in slowed down, nothing that is not ours."""

import copy
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.forms import AuthenticationForm
from unfold.sites import UnfoldAdminSite

from district.kernel import audit
from district.kernel.backoffice.action_pages import refuse_null_characters
from district.kernel.backoffice.base import DistrictAdmin
from district.kernel.backoffice.dashboard import panels
from district.kernel.backoffice.landing_pages import landing_page_of
from district.kernel.backoffice.registry import person
from district.kernel.backoffice.reports import report_urls
from district.kernel.backoffice.search import search_results
from district.kernel.backoffice.workspace import workspace_urls
from district.kernel.errors import TooManyRequests
from district.kernel.http import rate_limits
from district.kernel.http.addresses import client_address


class SignInForm(AuthenticationForm):
    """Name and password, a few tries for each name and address."""

    error_messages = {
        "invalid_login": gettext_lazy(
            "登录名或密码不正确。请注意大小写；忘记密码请联系负责人或运营方。"
        ),
        "inactive": gettext_lazy("该账号已停用，请联系运营方。"),
    }

    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username", "").lower()
        try:
            rate_limits.hit("admin_sign_in", f"{client_address(self.request)} {name}")
        except TooManyRequests as refusal:
            self.request.slowed_down = refusal
            raise forms.ValidationError(f"{refusal.title}。{refusal.detail}") from None
        cleaned: dict[str, Any] = super().clean()
        return cleaned

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        as_them = copy.copy(self.request)
        as_them.user = user
        if not admin.site.has_permission(as_them):
            raise forms.ValidationError(_("该账号目前没有后台权限，请联系运营方。"))


class DistrictAdminSite(UnfoldAdminSite):
    """Takes screens of ours only: what other packages register has neither scope nor Chinese."""

    login_form = SignInForm
    index_template = "district/dashboard.html"
    index_title = gettext_lazy("总览")

    def register(
        self,
        model_or_iterable: Any,
        admin_class: type[admin.ModelAdmin] | None = None,
        **options: Any,
    ) -> None:
        if admin_class is not None and issubclass(admin_class, DistrictAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff who may see something; whoever may see nothing, such as a dismissed clerk, is out."""
        return bool(super().has_permission(request)) and any(
            screen.has_module_permission(request) for screen in self._registry.values()
        )

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """As Django's, but asked only by a template that shows it.

        Every page has it in its context, and four permissions and two addresses for each screen are a sixth of a page.
        """
        apps = super().get_app_list
        return SimpleLazyObject(lambda: apps(request, app_label))

    def get_urls(self) -> list[Any]:
        return [*workspace_urls(), *report_urls(), *super().get_urls()]

    def search(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Screens and rows by name or number, within scope.

        In place of the theme's own, which writes its finds into the cache on a GET.
        """
        refuse_null_characters(request)
        term = request.GET.get("s", "").strip()
        if not term:
            return HttpResponse()
        context = {"results": search_results(request, term), "term": term}
        return TemplateResponse(
            request, "district/found.html", context, headers={"HX-Trigger": "search"}
        )

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response: HttpResponse = super().login(request, extra_context)
        if refusal := getattr(request, "slowed_down", None):
            response.status_code = refusal.status
            for name, value in refusal.headers.items():
                response[name] = value
        elif request.method == "POST" and response.status_code == 302:  # noqa: PLR2004
            who = person(request)
            audit.record(by=who, verb="sign_in_admin", subject=f"members.user:{who.pk}")
            if response["Location"] == reverse("admin:index"):
                response["Location"] = landing_page_of(request) or response["Location"]
        return response

    def index(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"panels": panels(request)} | (extra_context or {})
        response: HttpResponse = super().index(request, context)
        return response


def environment(_request: HttpRequest) -> list[str] | None:
    """The label that keeps a trial from being taken for the real district."""
    names = {"local": _("本机演示"), "test": _("测试"), "replay": _("回放")}
    return [names[settings.MODE], "warning"] if settings.MODE in names else None
