"""Places in the sidebar."""

from dataclasses import dataclass, field

from district.kernel.backoffice.lazy_text import Text


@dataclass(frozen=True)
class MenuGroup:
    """A heading of the sidebar; groups stand in the order of their numbers."""

    label: Text
    order: int


@dataclass(frozen=True)
class Menu:
    """Where a screen stands in the sidebar, and its icon (a Material Symbol's name)."""

    group: MenuGroup
    icon: str
    order: int = field(default=0)
