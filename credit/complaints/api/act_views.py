"""What acts of shoppers and of merchants have in common: a form, a key, and the case after the act as the answer."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from credit.complaints import errors
from credit.complaints.models import CaseFile
from district.kernel.errors import NotFound
from district.kernel.http.api import ApiView
from district.kernel.idempotency import Key

ACT_REFUSALS = (
    NotFound,
    errors.CaseActRefused,
    errors.CaseNotInState,
    errors.CaseNotYours,
)


class CaseActView(ApiView, ABC):
    """An act with its form; the case is found and answered as the side sees it."""

    form: ClassVar[type[Serializer[Any]] | None] = None
    detail: ClassVar[type[Serializer[Any]]]
    detail_example: ClassVar[OpenApiExample]

    @abstractmethod
    def find_case(self, case: str) -> CaseFile:
        """The side's case. Raises NotFound."""

    @abstractmethod
    def act_key(self, act: str, **asked: Any) -> Key:
        """The request's key among those of the side."""

    @abstractmethod
    def act(self, case: CaseFile, asked: dict[str, Any], key: Key) -> CaseFile:
        """The case as the act left it."""

    @abstractmethod
    def answer(self, case: CaseFile) -> Any:
        """The case as the side sees it."""

    def post(self, request: Request, case: str) -> Response:
        asked = self.request_data(self.form) if self.form else {}
        found = self.find_case(case)
        key = self.act_key(type(self).__name__, case=case, **asked)
        return Response(self.answer(self.act(found, asked, key)))


V = TypeVar("V", bound=CaseActView)


def documented_act(
    operation: str, summary: str, example: dict[str, Any] | None = None
) -> Callable[[type[V]], type[V]]:
    """Class decorator: the act's operation in the contract, with an example of its body."""

    def decorate(view: type[V]) -> type[V]:
        request_examples = (
            [OpenApiExample("example", example, request_only=True)] if example else []
        )
        schema = extend_schema(
            operation_id=operation,
            summary=summary,
            request=view.form,
            responses={200: view.detail},
            examples=[*request_examples, view.detail_example],
            tags=["complaints"],
        )

        def post(self: CaseActView, request: Request, case: str) -> Response:
            return CaseActView.post(self, request, case)

        view.post = schema(post)  # type: ignore[method-assign]
        return view

    return decorate
