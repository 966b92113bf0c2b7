"""The back office's machinery: one site, read-only screens, acts by POST, explorer sections, figures."""

from district.kernel.backoffice.acts import Act, ActForm, refusals_shown
from district.kernel.backoffice.base import DistrictAdmin, ReadOnlyAdmin
from district.kernel.backoffice.day_ranges import DayRangeFilter
from district.kernel.backoffice.desks import Desk, offer_desk
from district.kernel.backoffice.figures import Bars, Panel, Tile, Tiles, on_dashboard
from district.kernel.backoffice.first_pages import first_page
from district.kernel.backoffice.menus import Menu, MenuGroup
from district.kernel.backoffice.pages import (
    Cell,
    Section,
    contribute,
    link,
    moment,
    open_rows,
    progress_bar,
    visible,
)
from district.kernel.backoffice.reports import Report, offer_report
from district.kernel.backoffice.waiting import Pending, wait_for_decision
from district.kernel.backoffice.words import name_actors, name_events, name_verbs

__all__ = [
    "Act",
    "ActForm",
    "Bars",
    "Cell",
    "DayRangeFilter",
    "Desk",
    "DistrictAdmin",
    "Menu",
    "MenuGroup",
    "Panel",
    "Pending",
    "ReadOnlyAdmin",
    "Report",
    "Section",
    "Tile",
    "Tiles",
    "contribute",
    "first_page",
    "link",
    "moment",
    "name_actors",
    "name_events",
    "name_verbs",
    "offer_desk",
    "offer_report",
    "on_dashboard",
    "open_rows",
    "progress_bar",
    "refusals_shown",
    "visible",
    "wait_for_decision",
]
