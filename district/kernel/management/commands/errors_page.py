"""`manage.py errors_page [--check]`: the list of refusals, docs/errors.md."""

from django.conf import settings

from district.kernel import refusals
from district.kernel.written import WrittenFileCommand


class Command(WrittenFileCommand):
    help = "Write docs/errors.md from the code, or check it."
    path = settings.ROOT / "docs" / "errors.md"

    def text(self) -> str:
        return refusals.page()
