import pytest

from district.merchants import naming
from district.merchants.models import Merchant
from tests.factories.merchants import make_merchant, make_store


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("星巴克", "xing ba ke"),
        ("重庆小面", "chong qing xiao mian"),
        ("7-Eleven（湖滨店）", "7 eleven hu bin dian"),
        ("ＡＢＣ咖啡", "abc ka fei"),
        ("绿茶", "lv cha"),
        ("···", ""),
    ],
)
def test_a_name_is_sorted_by_its_pinyin(name, key):
    assert naming.sort_key(name) == key


def test_a_name_is_found_by_characters_pinyin_and_initials():
    assert naming.search_key("星巴克 湖滨店") == "星巴克湖滨店|xingbakehubindian|xbkhbd"


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Xing BaKe", ["xing", "bake"]),
        ("  ７-eleven ", ["7eleven"]),
        ("%_\\", []),
        ("", []),
    ],
)
def test_a_search_is_read_as_names_are_written(text, terms):
    assert naming.search_terms(text) == terms


@pytest.mark.django_db
def test_the_keys_follow_the_name_on_every_save():
    store = make_store(name="星巴克")
    store.name = "瑞幸咖啡"
    store.save()

    store.refresh_from_db()

    assert store.name_key == "rui xing ka fei"
    assert store.search_key == "瑞幸咖啡|ruixingkafei|rxkf"


@pytest.mark.django_db
def test_names_are_sorted_the_same_on_every_server():
    names = ["银泰", "阿迪达斯", "7号店", "Zara", "安踏"]
    for name in names:
        make_merchant(name=name)

    sorted_names = list(Merchant.objects.order_by("name_key").values_list("name", flat=True))

    assert sorted_names == ["7号店", "阿迪达斯", "安踏", "银泰", "Zara"]
