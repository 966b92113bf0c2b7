"""`manage.py openapi [--check]`: the API's contract, docs/openapi.json."""

import json

from django.core.management.base import CommandError
from drf_spectacular.drainage import GENERATOR_STATS, reset_generator_stats
from drf_spectacular.generators import SchemaGenerator

from district.kernel.http.docs_page import OPENAPI_FILE
from district.kernel.management.generated_files import GeneratedFileCommand


class Command(GeneratedFileCommand):
    help = "Write docs/openapi.json from the code, or check it."
    path = OPENAPI_FILE

    def text(self) -> str:
        reset_generator_stats()  # type: ignore[no-untyped-call]
        generator = SchemaGenerator()  # type: ignore[no-untyped-call]
        schema = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        if GENERATOR_STATS:
            # Two forms of one name are no warning: the contract would describe one of them wrongly.
            raise CommandError("the contract is not what the code says: see the warnings above")
        return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"
