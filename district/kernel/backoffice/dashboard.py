"""The dashboard: each app hangs its figures there, worked out by queries and within a person's scope."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from district.kernel.backoffice.sections import Section, is_number


@dataclass(frozen=True)
class Tile:
    """One figure and what it is; `tone` may be good, warn or bad."""

    label: str
    value: Any
    note: str = ""
    url: str = ""
    tone: str = ""

    @property
    def is_number(self) -> bool:
        """Whether the value is a number, which is never broken."""
        return is_number(self.value)


@dataclass(frozen=True)
class Tiles:
    """A row of figures under a heading."""

    title: str
    tiles: Sequence[Tile]

    template: str = field(default="district/parts/tiles.html", init=False)


@dataclass(frozen=True)
class BarChart:
    """A small chart: for each label one bar of each series, drawn without any script."""

    title: str
    series: Sequence[str]
    bars: Sequence[tuple[str, Sequence[int]]]
    empty: str

    template: str = field(default="district/parts/bars.html", init=False)

    @property
    def columns(self) -> list[dict[str, Any]]:
        top = max((value for _, values in self.bars for value in values), default=0)
        return [
            {
                "label": label,
                "values": [
                    {
                        "name": name,
                        "text": f"{value:,}",
                        "share": round(100 * value / top) if top else 0,
                    }
                    for name, value in zip(self.series, values, strict=True)
                ],
            }
            for label, values in self.bars
        ]

    @property
    def top(self) -> str:
        """The figure of the highest bar, by which all others can be read."""
        return f"{max((value for _, values in self.bars for value in values), default=0):,}"

    @property
    def is_empty(self) -> bool:
        return not any(value for _, values in self.bars for value in values)


Panel = Tiles | BarChart | Section
PanelSource = Callable[[HttpRequest], Iterable[Panel]]
_sources: list[tuple[int, PanelSource]] = []


def dashboard_panels(order: int) -> Callable[[PanelSource], PanelSource]:
    """Decorator: the function's panels stand on the dashboard, lower numbers first."""

    def hang(source: PanelSource) -> PanelSource:
        _sources.append((order, source))
        return source

    return hang


def panels(request: HttpRequest) -> list[Panel]:
    """Everything this person's dashboard shows."""
    sources = sorted(_sources, key=lambda entry: entry[0])
    return [panel for _, source in sources for panel in source(request)]
