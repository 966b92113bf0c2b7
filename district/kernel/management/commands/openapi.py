"""`manage.py openapi [--check]`: the API's contract, docs/openapi.json."""

import json

from drf_spectacular.generators import SchemaGenerator

from district.kernel.docs_page import OPENAPI_FILE
from district.kernel.written import WrittenFileCommand


class Command(WrittenFileCommand):
    help = "Write docs/openapi.json from the code, or check it."
    path = OPENAPI_FILE

    def text(self) -> str:
        generator = SchemaGenerator()  # type: ignore[no-untyped-call]
        schema = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"
