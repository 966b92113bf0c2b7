"""Every first page and every kind of row in a real browser, for each role, at phone and desktop size."""

import json
from pathlib import Path

import pytest
from django.test import override_settings

from tests.admin.browser import DESKTOP, PHONE, BrowserUser, open_browser
from tests.admin.test_browser import assets, linked_assets  # noqa: F401 - fixtures
from tests.admin.two_merchants import label, make_two_merchants, registered_admins, signed_in
from tests.factories.members import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# A number that is broken over two lines: its pieces stand at different heights.
BROKEN = r"""() => {
    const number = /[-+]?¥?[-]?\d{1,9}(,\d{3})*(\.\d+)?%?/g;
    const broken = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement;
        if (!element.checkVisibility() || element.closest('script, style, textarea, option, code, .d-code')) {
            continue;
        }
        for (const match of node.data.matchAll(number)) {
            if (!/[¥,.]/.test(match[0])) {
                continue;
            }
            const range = document.createRange();
            range.setStart(node, match.index);
            range.setEnd(node, match.index + match[0].length);
            const heights = new Set([...range.getClientRects()].filter((r) => r.width).map((r) => Math.round(r.top)));
            if (heights.size > 1) {
                broken.push(match[0]);
            }
        }
    }
    return broken;
}"""
# Numbers of a table that do not end where the column's others do. Long ones without groups are names of things.
RAGGED = r"""() => {
    const number = /^[-+]?\s?¥?[-]?\d{1,9}(,\d{3})*(\.\d+)?\s?%?$/;
    const cells = [...document.querySelectorAll('.d-table td, #result_list td')];
    return cells.filter((cell) => cell.checkVisibility() && number.test(cell.textContent.trim()))
        .filter((cell) => !['right', 'end'].includes(getComputedStyle(cell).textAlign))
        .map((cell) => cell.textContent.trim());
}"""


ROLES = ("operator", "owner", "cashier", "finance")
OTHERS = ("/admin/", "/admin/reports/points/", "/admin/desks/counter/", "/admin/password_change/")


@pytest.fixture
def paths_of(real_db, linked_assets):  # noqa: F811
    """Who may open which page: asked before the browser runs, whose loop Django's ORM would refuse."""
    # Files of the rows lie where the server looks for them.
    with override_settings(DATA_DIR=Path(real_db.env["DISTRICT_DATA_DIR"])):
        two_merchants = make_two_merchants()
    found = {}
    for role in ROLES:
        user = (
            two_merchants.operator if role == "operator" else two_merchants.second.clerks[role].user
        )
        user.set_password(PASSWORD)
        user.save()
        client = signed_in(user)
        paths = [path for path in OTHERS if client.get(path).status_code == 200]
        for model, _screen in registered_admins():
            listed = client.get(f"/admin/{label(model)}/")
            if listed.status_code != 200:
                continue
            paths.append(f"/admin/{label(model)}/")
            row = listed.context_data["cl"].result_list[:1]
            paths += [f"/admin/{label(model)}/{instance.pk}/change/" for instance in row]
        found[role] = (user.username, paths)
    return found


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_page_fits_and_says_its_numbers_whole(paths_of, web, size):
    wrong = {}
    with open_browser() as browser:
        for role, (username, paths) in paths_of.items():
            visitor = BrowserUser(browser, web.base_url, size=size)
            visitor.sign_in(username, PASSWORD)
            for path in paths:
                visitor.page_errors.clear()
                visitor.page.goto(path, wait_until="load")
                faults = {
                    "wide": visitor.overflow_px(),
                    "broken": visitor.page.evaluate(BROKEN),
                    "ragged": visitor.page.evaluate(RAGGED) if size == DESKTOP else [],
                    "page_errors": list(visitor.page_errors),
                }
                if any(faults.values()):
                    wrong[f"{role} {path}"] = {
                        name: fault for name, fault in faults.items() if fault
                    }

    assert sum(len(paths) for _username, paths in paths_of.values()) > 100
    assert wrong == {}, json.dumps(wrong, ensure_ascii=False, indent=1)
