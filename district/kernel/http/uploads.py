"""Reads a form with a file (multipart/form-data), in memory and strictly: no name twice, no guessing."""

from io import BytesIO
from typing import Any, ClassVar

from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from district.kernel.http.fields import FenField


class NotAForm(ParseError):
    default_detail = _("请求体不是有效的表单（multipart/form-data）。")


class _InMemory(FileUploadHandler):
    """Keeps a file in memory: the guard has bounded the body, and nothing unsealed touches a disk."""

    def new_file(self, *args: Any, **options: Any) -> None:
        super().new_file(*args, **options)
        self._held = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._held.write(raw_data)

    def file_complete(self, file_size: int) -> Any:
        return self._held


class FormWithFileParser(BaseParser):
    """The form as a plain dict: a field's text, a file's bytes, or what another `handler` makes of it.

    What a client says about a file, its name and its type, is dropped: neither is ever to be believed.
    """

    media_type = "multipart/form-data"
    handler: ClassVar[type[FileUploadHandler]] = _InMemory

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        meta = parser_context["request"].META | {"CONTENT_TYPE": media_type}
        try:
            fields, files = MultiPartParser(meta, stream, [self.handler()], "utf-8").parse()
        except MultiPartParserError:
            raise NotAForm from None
        form: dict[str, Any] = {}
        for name, values in [*fields.lists(), *files.lists()]:
            if name in form or len(values) > 1:
                raise NotAForm
            form[name] = values[0].getvalue() if isinstance(values[0], BytesIO) else values[0]
        return form


@extend_schema_field({"type": "string", "format": "binary"})
class FileField(serializers.Field):  # type: ignore[type-arg]
    """A file of a form, as bytes."""

    default_error_messages = {"invalid": _("请上传一个文件。"), "empty": _("文件是空的。")}

    def to_internal_value(self, data: Any) -> bytes:
        if not isinstance(data, bytes):
            self.fail("invalid")
        if not data:
            self.fail("empty")
        return data


class FormFenField(FenField):
    """Money in fen in a form, where every value is text: digits and nothing else."""

    def to_internal_value(self, data: Any) -> int:
        if not (isinstance(data, str) and data.isascii() and data.isdigit() and len(data) < 20):  # noqa: PLR2004
            self.fail("invalid")
        return super().to_internal_value(int(data))
