"""The base of every screen a merchant's people may use: they see their own merchant and nothing else."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import RelatedDropdownFilter

from district.kernel.backoffice import Action, ReadOnlyAdmin
from district.kernel.backoffice.registry import screen_of
from district.members.models import User
from district.merchants import permissions
from district.merchants.models import Clerk, Merchant, Store
from district.merchants.queries import is_operator, live_post, rows_of_post, scoped


@dataclass(frozen=True)
class Viewer:
    """Who is looking, as far as screens ask: an operator, or somebody with a post, or nobody."""

    user: User
    operator: bool
    post: Clerk | None

    def can(self, act: permissions.Permission) -> bool:
        return self.operator or permissions.can(self.post, act)

    def owns(self, merchant: Merchant) -> bool:
        return self.operator or (self.post is not None and self.post.merchant_id == merchant.pk)

    @cached_property
    def is_store_limited(self) -> bool:
        """Whether the post is for some stores only."""
        return self.post is not None and self.post.limits.exists()

    def stores(self) -> QuerySet[Store]:
        """The stores the person may act for."""
        return scoped(Store.objects.all(), user=self.user, store="pk")

    def acts_for_all(self, stores: Collection[int]) -> bool:
        """Whether these stores are all within what the person may act for."""
        wanted = set(stores)
        return self.stores().filter(pk__in=wanted).count() == len(wanted)


def viewer(request: HttpRequest) -> Viewer:
    """Who is looking; asked once a request, so a dismissal counts from the next one on."""
    # The user object lives as long as the request: a cache that cannot outlive its truth.
    known: Viewer | None = getattr(request.user, "_viewer", None)
    if known is None:
        user: Any = request.user
        operator = is_operator(user)
        known = Viewer(user, operator, None if operator else live_post(user))
        user._viewer = known
    return known


class OperatorAction(Action):
    """An action of operators only, with the Django permission it names, if any."""

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        if not viewer(request).operator:
            return False
        return not self.permission or super().is_allowed(request, row)


class RoleAction(Action):
    """An action of operators, and of a merchant's people whose role allows it."""

    required_permission: ClassVar[permissions.Permission]

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        return viewer(request).can(self.required_permission)


class PostAction(RoleAction):
    """An action of a merchant's people alone."""

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        return viewer(request).post is not None and super().is_allowed(request, row)


class MerchantScopedAdmin(ReadOnlyAdmin):
    """A screen with the rows of one's own merchant, for operators those of all."""

    # The paths from a row to its merchants (two where it has two sides; each sees it) and, where rows belong to
    # stores, to its store.
    merchant_paths: ClassVar[tuple[str, ...]] = ("merchant",)
    store_path: ClassVar[str | None] = None
    # Rows without a store (an expiry has none) are seen by all who are not limited to some stores.
    store_optional: ClassVar[bool] = False
    # What a role must allow for this screen to be shown at all.
    required_permission: ClassVar[permissions.Permission]
    # Columns, fields and filters that would tell a merchant about others, or about a person.
    operator_only: ClassVar[frozenset[str]] = frozenset()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        who = viewer(request)
        rows: QuerySet[Any] = super().get_queryset(request)
        if who.operator:
            return rows
        by_store = who.is_store_limited or not self.store_optional
        store = self.store_path if by_store else None
        return rows_of_post(rows, who.post, merchants=self.merchant_paths, store=store)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        who = viewer(request)
        if who.operator:
            return bool(super().has_view_permission(request, obj))
        return permissions.can(who.post, self.required_permission)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return self._shown(request, super().get_list_display(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self._shown(request, super().get_fields(request, obj))

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return self._shown(request, super().get_list_filter(request))

    def _shown(self, request: HttpRequest, names: Sequence[Any]) -> list[Any]:
        if viewer(request).operator:
            return list(names)
        return [name for name in names if _plain(name) not in self.operator_only]


class ScopedFilter(RelatedDropdownFilter):  # type: ignore[misc]  # the theme is untyped
    """A filter by a related row that lists only rows the person may see."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: Any
    ) -> list[tuple[Any, str]]:
        screen = screen_of(field.remote_field.model)
        rows = screen.get_queryset(request).order_by(*screen.get_ordering(request))
        return [(row.pk, str(row)) for row in rows]


def _plain(name: Any) -> str:
    """The name of a column, or of a filter that is given with its class."""
    named = name[0] if isinstance(name, list | tuple) else name
    return named if isinstance(named, str) else ""
