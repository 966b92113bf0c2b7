"""Clerks in the back office: appointed, with a new account or an old one, and dismissed."""

from district.kernel.models import AuditLine
from district.members.models import User
from district.merchants.models import Clerk
from tests.admin.action_forms import act, text_of
from tests.admin.two_merchants import signed_in, table_digests
from tests.factories.members import PASSWORD


def test_an_owner_appoints_somebody_new_who_then_sees_the_merchant(two_merchants, owner):
    answer = act(
        owner,
        "/admin/merchants/clerk/add/",
        role="manager",
        username="xindian",
        name="新店长",
        password=PASSWORD,
    )

    post = Clerk.objects.get(user__username="xindian")
    assert answer.status_code == 302
    assert (post.merchant, post.role, post.user.name, post.user.check_password(PASSWORD)) == (
        two_merchants.second.merchant,
        "manager",
        "新店长",
        True,
    )
    assert signed_in(post.user).get("/admin/merchants/store/").status_code == 200
    assert PASSWORD not in str(list(AuditLine.objects.values()))


def test_a_new_account_and_its_post_are_made_together_or_not_at_all(two_merchants, owner):
    before = table_digests()

    weak = act(
        owner,
        "/admin/merchants/clerk/add/",
        role="manager",
        username="ruo",
        name="弱",
        password="12345678",
    )
    taken = act(
        owner,
        "/admin/merchants/clerk/add/",
        role="manager",
        username="YUNYING",
        name="重",
        password=PASSWORD,
    )
    beyond = act(
        owner,
        "/admin/merchants/clerk/add/",
        role="owner",
        username="gao",
        name="高",
        password=PASSWORD,
    )

    assert [answer.status_code for answer in (weak, taken, beyond)] == [422, 422, 422]
    assert "已被使用" in text_of(taken)
    assert table_digests() == before


def test_an_owner_cannot_feel_for_accounts_of_others(two_merchants, owner):
    foreign = two_merchants.first.clerks["cashier"].user.username

    answers = [
        text_of(act(owner, "/admin/merchants/clerk/add/", role="cashier", username=name)).replace(
            name, ""
        )
        for name in (foreign, "nobody_at_all", "yunying")
    ]

    assert all("没有可任命的账号" in answer for answer in answers)


def test_somebody_dismissed_may_come_back_with_the_old_account(two_merchants, owner):
    cashier = two_merchants.second.clerks["cashier"]
    act(owner, f"/admin/merchants/clerk/{cashier.pk}/dismiss/")
    cashier.refresh_from_db()
    assert cashier.ended_at is not None

    act(owner, "/admin/merchants/clerk/add/", role="finance", username=cashier.user.username)

    assert Clerk.objects.get(user=cashier.user, ended_at=None).role == "finance"


def test_nobody_dismisses_themselves_their_equals_or_those_above(two_merchants):
    side = two_merchants.second
    manager, owner = side.client("manager"), side.client("owner")

    for client, role in (
        (manager, "owner"),
        (manager, "manager"),
        (manager, "finance"),
        (owner, "owner"),
    ):
        assert (
            client.get(f"/admin/merchants/clerk/{side.clerks[role].pk}/dismiss/").status_code == 403
        )
    assert (
        "dismiss"
        not in manager.get(
            f"/admin/merchants/clerk/{side.clerks['owner'].pk}/change/"
        ).content.decode()
    )


def test_an_operator_appoints_owners_from_existing_accounts(two_merchants, operator):
    person = User.objects.create_staff("laoban", name="老板")
    base = f"/admin/merchants/merchant/{two_merchants.first.merchant.pk}"

    act(
        operator,
        f"{base}/appoint/",
        role="owner",
        username="laoban",
        stores=[two_merchants.first.store.pk],
    )

    post = Clerk.objects.get(user=person)
    assert (post.role, [store.pk for store in post.stores.all()]) == (
        "owner",
        [two_merchants.first.store.pk],
    )
