"""What apps say of themselves: a name belongs to one of them."""

from types import SimpleNamespace

import pytest

from district.kernel import plugin


@pytest.mark.parametrize("attribute", ["timetable", "rate_limits", "permissions", "enum_names"])
def test_a_name_that_two_apps_bring_is_refused_at_the_start(monkeypatch, attribute):
    app = SimpleNamespace(**{attribute: {"sweep": None}})
    monkeypatch.setattr(plugin, "district_apps", lambda: [app, app])

    with pytest.raises(ValueError, match=f"two apps bring {attribute} of sweep"):
        # Not the answer that was remembered when the apps were loaded.
        plugin._merged.__wrapped__(attribute)
