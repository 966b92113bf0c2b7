"""The back office's machinery: one site, read-only screens, actions by POST, explorer sections, figures."""

from district.kernel.backoffice.actions import Action, ActionForm, refusals_as_form_errors
from district.kernel.backoffice.audit_labels import name_actors, name_events, name_verbs
from district.kernel.backoffice.base import DistrictAdmin, ReadOnlyAdmin
from district.kernel.backoffice.dashboard import BarChart, Panel, Tile, Tiles, dashboard_panels
from district.kernel.backoffice.day_ranges import DayRangeFilter
from district.kernel.backoffice.landing_pages import landing_page
from district.kernel.backoffice.menus import Menu, MenuGroup
from district.kernel.backoffice.pending_decisions import Pending, register_pending
from district.kernel.backoffice.reports import Report, register_report
from district.kernel.backoffice.sections import (
    Cell,
    Section,
    add_sections,
    format_instant,
    link,
    progress_bar,
    visible,
    visible_rows,
)
from district.kernel.backoffice.workspace import Workspace, register_workspace

__all__ = [
    "Action",
    "ActionForm",
    "BarChart",
    "Cell",
    "DayRangeFilter",
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
    "Workspace",
    "add_sections",
    "dashboard_panels",
    "format_instant",
    "landing_page",
    "link",
    "name_actors",
    "name_events",
    "name_verbs",
    "progress_bar",
    "refusals_as_form_errors",
    "register_pending",
    "register_report",
    "register_workspace",
    "visible",
    "visible_rows",
]
