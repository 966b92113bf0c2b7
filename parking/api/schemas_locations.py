"""What sensors of bays report, and what members write down and hear of where their car stands."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from district.kernel.http.fields import IdField, InstantField, TextField
from district.kernel.http.uploads import FileField
from parking.api.row_reports import RowReportOut, RowResultOut, RowsField, rows_schema
from parking.api.schemas_stays import CarParkNamedOut, GateRowProblemOut
from parking.models.locations import LONGEST_BAY, LONGEST_NOTE
from parking.models.register import LONGEST_FLOOR_NAME, LONGEST_ZONE_NAME
from parking.stays.locations import BayOutcome, LocationSource

MOST_BAY_ROWS = 500
_ROW = (
    "`{car_park, bay, occupied, measured_at, plate?, colour?, floor?, zone?}`: a car park's public id; the "
    "bay's number; whether a car stands there; when that was so (RFC 3339 with an offset); its plate where it was read; "
    "where the bay is."
)


@extend_schema_field(rows_schema(MOST_BAY_ROWS, _ROW))
class BayRowsField(RowsField):
    most = MOST_BAY_ROWS
    default_error_messages = {"rows": "请填写 1 至 {most} 条车位状态的列表。"}


class BayReportIn(serializers.Serializer[Any]):
    bays = BayRowsField()


class BayRowResultOut(RowResultOut):
    """What became of a row; `repeated` was taken before."""

    outcome = serializers.ChoiceField(choices=[outcome.value for outcome in BayOutcome])
    problem = GateRowProblemOut(allow_null=True)


class BayReportOut(RowReportOut):
    older = serializers.IntegerField(help_text="Measured before the latest; nothing was changed.")
    results = BayRowResultOut(many=True)


class CarNoteIn(serializers.Serializer[Any]):
    """Where the car stands, as far as one cares to write it down; at least one of them."""

    floor = TextField(required=False, max_length=LONGEST_FLOOR_NAME)
    zone = TextField(required=False, max_length=LONGEST_ZONE_NAME)
    bay = TextField(required=False, max_length=LONGEST_BAY)
    text = TextField(required=False, max_length=LONGEST_NOTE)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not any(attrs.get(name) for name in ("floor", "zone", "bay", "text")):
            raise serializers.ValidationError({"text": ["请至少填写一项。"]})
        return attrs


class FreeNoteIn(CarNoteIn):
    car_park = IdField("cpk", required=False, help_text="Where it is known.")


class NotePhotoIn(serializers.Serializer[Any]):
    photo = FileField(help_text="JPEG or PNG; position and other data are dropped")


class CarNoteOut(serializers.Serializer[Any]):
    floor = serializers.CharField()
    zone = serializers.CharField()
    bay = serializers.CharField()
    text = serializers.CharField()
    noted_at = InstantField()


class MapLinkOut(serializers.Serializer[Any]):
    """What `wx.openLocation` takes (GCJ-02)."""

    latitude = serializers.FloatField()
    longitude = serializers.FloatField()
    name = serializers.CharField()
    address = serializers.CharField()


class CarLocationOut(serializers.Serializer[Any]):
    """Where the car stands: the newest of what gates, bays and the note say."""

    car_park = CarParkNamedOut(allow_null=True)
    reported_by = serializers.ChoiceField(
        choices=[source.value for source in LocationSource],
        allow_null=True,
        help_text="Null where nobody says it.",
    )
    floor = serializers.CharField()
    zone = serializers.CharField()
    bay = serializers.CharField()
    observed_at = InstantField(allow_null=True)
    age_minutes = serializers.IntegerField(allow_null=True)
    directions = serializers.CharField(help_text="For the member to read.")
    map = MapLinkOut(allow_null=True)
    note = CarNoteOut(allow_null=True)
    has_photo = serializers.BooleanField(help_text="Whether `…/photo` shows one.")
