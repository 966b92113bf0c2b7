"""How the API is described: the settings of its OpenAPI file."""

SPECTACULAR_SETTINGS = {
    "TITLE": "Smart district API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": (
        "Points, members, merchants and tills of a smart commercial district. Money is integer fen, "
        "points are integers, instants are RFC 3339 with an offset. Every refusal is an RFC 9457 problem "
        "with a stable `code`. Writes need an `Idempotency-Key`."
    ),
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # The apps add theirs (district/kernel/plugin.py).
    "ENUM_NAME_OVERRIDES": {},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "district.kernel.http.schema.add_problems",
    ],
}
