"""Reads a form with one file (multipart/form-data) and takes the file in while it comes: it is never whole in memory."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from credit.evidence.intake import FileIntake
from credit.evidence.texts import VISIBILITIES
from credit.evidence.values import Visibility
from district.kernel.http.uploads import FileField, FormWithFileParser


class _IntakeHandler(FileUploadHandler):
    """Gives each piece to the intake. What the client says of the file, its name and its type, is dropped."""

    def new_file(self, *args: Any, **options: Any) -> None:
        super().new_file(*args, **options)
        self._intake = FileIntake()
        self._is_empty = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._is_empty = self._is_empty and not raw_data
        self._intake.feed(raw_data)

    def file_complete(self, file_size: int) -> Any:
        return None if self._is_empty else self._intake


class EvidenceFormParser(FormWithFileParser):
    """A file's intake stands for its bytes; an empty file is none."""

    handler = _IntakeHandler


@extend_schema_field({"type": "string", "format": "binary"})
class IntakeField(FileField):
    """A file of a form, as it was received. Raises EvidenceRefused, PictureRefused, ServiceUnavailable."""

    def to_internal_value(self, data: Any) -> Any:
        if data is None:
            self.fail("empty")
        if not isinstance(data, FileIntake):
            self.fail("invalid")
        return data


class EvidenceIn(serializers.Serializer[Any]):
    """A file, as `wx.uploadFile` sends it, and who may look at it once it was checked."""

    file = IntakeField(
        help_text="JPEG or PNG up to 10 MB, PDF up to 10 MB, MP4 or MOV up to 50 MB; told by its bytes"
    )
    visibility = serializers.ChoiceField(
        required=False,
        default=Visibility.PARTIES.value,
        choices=[choice for choice in VISIBILITIES if choice[0] != Visibility.PUBLIC],
        help_text="`parties`: the other side of the case too; `officers`: officers alone.",
    )
