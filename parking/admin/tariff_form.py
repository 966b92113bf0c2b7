"""A tariff as a form, with what is wrong at its field."""

import re
from typing import Any

from django.forms import BoundField
from django.utils.translation import gettext as _

from district.kernel.backoffice.live_forms import FieldGroup, LiveForm
from parking.admin.problem_texts import problem_text
from parking.admin.tariff_fields import (
    MOST_BANDS,
    MOST_TABLES,
    MOST_TIERS,
    VEHICLES,
    general_fields,
    table_fields,
    vehicle_fields,
)
from parking.admin.tariff_values import document_of_values
from parking.tariff.document import TariffInvalid, read_tariff
from parking.tariff.rules import TariffRules


class TariffForm(LiveForm):
    """What it comes to is a `document`, and its `rules`."""

    rules: TariffRules

    def prepare(self) -> None:
        self.tables, self.bands, self.tiers = (
            max(
                self.initial.get(counted, 0),
                min(most, max(self._sent(pattern), self.initial.get(counted, 0) + 1)),
            )
            for counted, pattern, most in (
                ("tables", r"table(\d+)_name", MOST_TABLES),
                ("bands", r"table1_band(\d+)_name", MOST_BANDS),
                ("tiers", r"table1_band1_tier(\d+)_unit_minutes", MOST_TIERS),
            )
        )
        self.fields |= general_fields()
        for table in range(1, self.tables + 1):
            self.fields |= table_fields(table, self.bands, self.tiers)
        self.fields |= vehicle_fields()

    def groups(self) -> list[FieldGroup]:
        """General rules, each table of days and each of its bands, vehicles."""
        titles = {"general": _("计费规则")}
        for table in range(1, self.tables + 1):
            named = {"table": table}
            titles[f"table{table}"] = _("日期表 %(table)s") % named
            for band in range(1, self.bands + 1):
                numbers = named | {"band": band}
                titles[f"table{table}_band{band}"] = _("日期表 %(table)s 时段 %(band)s") % numbers
        titles["vehicles"] = _("车型与新能源")
        grouped: dict[str, list[BoundField]] = {key: [] for key in titles}
        for name in self.fields:
            if name in {"once", "page_values"}:
                continue
            first, _underscore, rest = name.partition("_")
            key = f"{first}_{rest.partition('_')[0]}"
            if key not in grouped:
                is_vehicle = first in {*VEHICLES, "electric"}
                key = first if first in grouped else "vehicles" if is_vehicle else "general"
            grouped[key].append(self[name])
        return [FieldGroup(titles[key], fields) for key, fields in grouped.items()]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if self.errors:
            return values
        values["document"], places = document_of_values(
            values, (self.tables, self.bands, self.tiers), self.initial.get("document", {})
        )
        try:
            self.rules = read_tariff(values["document"])
        except TariffInvalid as invalid:
            for problem in invalid.problems:
                name = self._field_at(problem.path, places)
                self.add_error(name, problem_text(problem))
        return values

    def _field_at(self, path: str, places: dict[str, str]) -> str | None:
        """The field that a path of the document came from, or the name of what it is about."""
        rest = ""
        while path and path not in places:
            path, _dot, last = path.rpartition(".")
            rest = f"{last}.{rest}" if rest else last
        if path:
            for name in (places[path] + rest, f"{places[path]}name", places[path]):
                if name in self.fields:
                    return name
        return rest if rest in self.fields else None

    def _sent(self, pattern: str) -> int:
        found = (re.fullmatch(pattern, name) for name in self.data)
        return max((int(match[1]) for match in found if match), default=0)
