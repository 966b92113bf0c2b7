"""The home page, the API of every app below /api/v1/, the admin below /admin/, and the apps' public pages."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from district.kernel.http import api_guard, docs_page, home_page
from district.kernel.plugin import urls_first

api_v1: list[URLPattern | URLResolver] = [
    *(path("", include(config.api)) for config in urls_first() if config.api),
    path("openapi.json", docs_page.openapi_file, name="openapi"),
    path("docs", docs_page.docs_page, name="api-docs"),
]

urlpatterns = [
    path("", home_page.home_page, name="home"),
    path("api/v1/", include(api_v1)),
    path("admin/", admin.site.urls),
    *(
        path(prefix, include(module))
        for config in urls_first()
        for prefix, module in config.public_urls.items()
    ),
]

handler404 = api_guard.not_found
handler500 = api_guard.server_error
