"""How the back office looks: the settings of its theme."""

from django.templatetags.static import static

_BLUE = {
    50: "#eff6ff", 100: "#dbeafe", 200: "#bfdbfe", 300: "#93c5fd", 400: "#60a5fa", 500: "#3b82f6",
    600: "#2563eb", 700: "#1d4ed8", 800: "#1e40af", 900: "#1e3a8a", 950: "#172554",
}  # fmt: skip
UNFOLD = {
    "SITE_TITLE": "智慧商圈",
    "SITE_HEADER": "智慧商圈运营后台",
    "SITE_SYMBOL": "storefront",
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda _request: static("district/icon.svg"),
        }
    ],
    "BORDER_RADIUS": "6px",
    "ENVIRONMENT": "district.kernel.backoffice.site.environment",
    "STYLES": [lambda _request: static("district/admin.css")],
    "SCRIPTS": [lambda _request: static("district/admin.js")],
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "navigation": "district.kernel.backoffice.navigation.sidebar",
    },
    "COLORS": {
        "primary": {str(step): colour for step, colour in _BLUE.items()},
        # Darker than the theme's own, which is too pale to read.
        "font": {
            "subtle-light": "var(--color-base-600)",
            "default-light": "var(--color-base-700)",
            "default-dark": "var(--color-base-200)",
        },
    },
}
