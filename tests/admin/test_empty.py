"""A district in which nothing has happened yet: each page says what to do."""

from district.members.models import User
from tests.admin.action_forms import text_of
from tests.admin.two_merchants import registered_admins, signed_in


def test_an_empty_district_tells_what_to_do(db):
    root = User.objects.create_superuser("genben")
    client = signed_in(root)

    assert "近十四日没有积分变动" in text_of(client.get("/admin/"))
    for model, screen in registered_admins():
        page = text_of(client.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/"))
        if not model._default_manager.exists():
            assert screen.empty_hint, model
            assert str(screen.empty_hint) in page, model


def test_it_says_so_when_there_is_nothing_to_show(db):
    page = text_of(signed_in(User.objects.create_superuser("genben")).get("/admin/reports/points/"))

    for word in ("没有未兑付的积分", "这段时间没有积分变动", "近十二个月没有积分过期"):
        assert word in page
