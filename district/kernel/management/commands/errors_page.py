"""`manage.py errors_page [--check]`: the list of refusals, docs/errors.md."""

from django.conf import settings

from district.kernel.http import error_catalogue
from district.kernel.management.generated_files import GeneratedFileCommand


class Command(GeneratedFileCommand):
    help = "Write docs/errors.md from the code, or check it."
    path = settings.GENERATED_DOCS / "errors.md"

    def text(self) -> str:
        return error_catalogue.page()
