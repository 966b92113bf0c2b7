"""The home page; mounts each app's API below /api/v1/, the admin below /admin/, and pages of coupons below /c/."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from district.kernel.http import api_guard, docs_page, home_page

api_v1: list[URLPattern | URLResolver] = [
    path("", include("district.members.api.urls")),
    path("", include("district.merchants.api.urls")),
    path("", include("loyalty.api.urls")),
    path("", include("loyalty.receipt_batches.api.urls")),
    path("", include("loyalty.receipt_photos.api.urls")),
    # Before the coupons: codes and conflicts are not one of them.
    path("", include("coupons.issuing.api.urls")),
    path("", include("coupons.offline.api.urls")),
    path("", include("coupons.api.urls")),
    path("openapi.json", docs_page.openapi_file, name="openapi"),
    path("docs", docs_page.docs_page, name="api-docs"),
]

urlpatterns = [
    path("", home_page.home_page, name="home"),
    path("api/v1/", include(api_v1)),
    path("admin/", admin.site.urls),
    # What printed codes of campaigns lead to; short, because it is printed.
    path("c/", include("coupons.web")),
]

handler404 = api_guard.not_found
handler500 = api_guard.server_error
