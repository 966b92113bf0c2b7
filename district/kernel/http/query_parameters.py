"""Which query parameters an operation knows: those its OpenAPI description declares, and no others.

A misspelt filter that is passed over in silence answers with rows nobody asked for.
"""

from typing import Any

from cachetools import cached
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView


def require_known(request: Request, view: APIView) -> None:
    """Raises ValidationError for each query parameter that is unknown or given more than once."""
    if not request.query_params:
        return
    method = "GET" if request.method == "HEAD" else str(request.method)
    declared = declared_names(view, method)
    wrong = {
        name: [ErrorDetail(_("没有这个查询参数。"), "unknown")]
        if name not in declared
        else [ErrorDetail(_("此查询参数只能填写一次。"), "repeated")]
        for name, values in request.query_params.lists()
        if name not in declared or len(values) > 1
    }
    if wrong:
        raise ValidationError(wrong)


@cached({}, key=lambda view, method: (type(view), method))
def declared_names(view: APIView, method: str) -> frozenset[str]:
    """The names that `extend_schema` gives the handler of a method."""
    described: Any = getattr(getattr(view, method.lower()), "kwargs", {}).get("schema")
    if described is None:
        return frozenset()
    schema = described()
    schema.view, schema.method = view, method
    return frozenset(
        name for parameter in schema.get_override_parameters() for name in _query_names(parameter)
    )


def _query_names(parameter: Any) -> list[str]:
    """A parameter by itself, or a form whose fields are parameters."""
    if isinstance(parameter, OpenApiParameter):
        return [parameter.name] if parameter.location == OpenApiParameter.QUERY else []
    form: Serializer = parameter() if isinstance(parameter, type) else parameter
    return list(form.fields)
