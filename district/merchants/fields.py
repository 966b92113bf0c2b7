"""Columns that are worked out from a name each time its row is saved."""

from typing import Any, ClassVar

from django.db import models

from district.merchants import naming


class _NamedField(models.TextField):
    """Follows `name` on every save; an `update()` of the name has to write it as well."""

    work_out: ClassVar["staticmethod[[str], str]"]

    def __init__(self, **options: Any) -> None:
        # Byte order: the same on every server, whatever its locale.
        super().__init__(**(options | {"editable": False, "db_collation": "C"}))

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        del options["editable"], options["db_collation"]
        return name, path, args, options

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001 - Django's
        key = type(self).work_out(model_instance.name)  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, key)
        return key


class NameSortField(_NamedField):
    work_out = staticmethod(naming.sort_key)


class NameSearchField(_NamedField):
    work_out = staticmethod(naming.search_key)
