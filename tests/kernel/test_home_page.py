"""`/`: a page of links that all lead somewhere."""

import re
from contextlib import closing

import pytest

LINK = re.compile(r'<a href="([^"#]+)')


@pytest.mark.django_db
def test_the_home_page_leads_to_everything_one_can_do_here(client):
    answer = client.get("/")

    assert answer.status_code == 200
    links = LINK.findall(answer.content.decode())
    assert links == [
        "/admin/",
        "/api/v1/docs",
        "/api/v1/docs",
        "/api/v1/openapi.json",
        "/readyz",
    ]
    for link in links[:4]:
        with closing(client.get(link, follow=True)) as page:
            assert page.status_code == 200


@pytest.mark.parametrize(
    ("mode", "wechat", "is_linked"),
    [
        ("local", "http://127.0.0.1:8700/", True),
        ("local", "https://api.weixin.qq.com/", False),
        ("production", "http://127.0.0.1:8700/", False),
    ],
)
def test_the_sandbox_is_shown_on_this_machine_only(client, settings, mode, wechat, is_linked):
    settings.MODE, settings.WECHAT_BASE = mode, wechat

    assert ("微信沙箱" in client.get("/").content.decode()) is is_linked
    assert (f'href="{wechat}"' in client.get("/").content.decode()) is is_linked


def test_it_answers_without_a_database_and_to_reading_only(client):
    assert client.get("/").status_code == 200
    assert client.post("/").status_code == 405
