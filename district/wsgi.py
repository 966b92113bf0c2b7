"""The server entrance (granian)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "district.settings")
application = get_wsgi_application()

from district.kernel import checks  # noqa: E402 - the apps are not loaded before

checks.refuse_unsafe_production()
