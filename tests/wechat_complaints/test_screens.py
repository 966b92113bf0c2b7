"""What the demo plays is what the screens show: every list, every page of a row, the overview."""

from contextlib import nullcontext
from types import SimpleNamespace

from django.contrib import admin
from django.urls import reverse

from credit.wechat_complaints.demo import CHAPTERS
from credit.wechat_complaints.models import WechatComplaint, WechatItem, WechatReply
from district.kernel import clock
from tests.admin.two_merchants import signed_in
from tests.factories.complaints import ComplaintScene
from tests.factories.members import make_member
from tests.wechat_complaints.reported import reported_complaint


def test_the_demo_fills_every_screen_and_every_page_opens(db, settings):
    settings.WECHAT_PAY_MCHID = ""
    openid = "oDemo"
    scene = ComplaintScene(now=clock.now(), member=make_member(openid=openid))
    for _ in range(3):
        reported_complaint(scene.store, openid=openid)
    counter = SimpleNamespace(stores=[scene.store])
    context = SimpleNamespace(
        travel_to=lambda *_when: nullcontext(),
        main_merchants=(counter,),
        owner_of=lambda _counter: scene.clerk,
        operator=scene.officer,
    )

    for _name, play in CHAPTERS:
        play(context)

    assert WechatComplaint.objects.filter(state="in_case").count() == 3
    assert WechatComplaint.objects.get(state="needs_store").description
    assert WechatReply.objects.filter(kind="approve_refund").exists()
    client = signed_in(scene.officer)
    for model in (WechatComplaint, WechatItem, WechatReply):
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        page = client.get(reverse(f"{name}_changelist"))
        assert page.status_code == 200
        assert page.context["cl"].result_count == model.objects.count() > 0
        assert model in admin.site._registry
        row = model.objects.latest("pk")
        assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200

    assert client.get(reverse("admin:report_wechat_complaints")).status_code == 200
