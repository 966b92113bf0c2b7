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
    "ENUM_NAME_OVERRIDES": {
        "TransferKindEnum": "loyalty.models.Transfer.Kind",
        "VenueKindEnum": ["mall", "street", "complex"],
        "HoldStateEnum": "loyalty.models.Hold.State",
        "HoldPurposeEnum": "loyalty.models.Hold.Purpose",
        "BatchStateEnum": "loyalty.receipt_batches.models.Batch.State",
        "BatchFormatEnum": "loyalty.receipt_batches.models.Batch.Format",
        "RowStateEnum": "loyalty.receipt_batches.models.RowResult.State",
        "RowKindEnum": "loyalty.receipt_batches.models.RowResult.Kind",
        "DifferenceKindEnum": "loyalty.receipt_batches.models.Difference.Kind",
        "DifferenceWhatEnum": "loyalty.receipt_batches.models.Difference.What",
        "PhotoStateEnum": "loyalty.receipt_photos.models.ReceiptPhoto.State",
        "StoreStateEnum": ["open", "closed"],
        "CouponKindEnum": "coupons.models.TemplateVersion.Kind",
        "ReviewStateEnum": "loyalty.models.EarningReview.State",
        "CeilingEnum": "loyalty.models.EarningReview.Ceiling",
        "CouponSourceEnum": "coupons.models.Coupon.Source",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "district.kernel.http.schema.add_problems",
    ],
}
