"""Two people at the same instant, on connections of their own."""

from collections import Counter
from functools import partial

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from district.kernel.idempotency import Key
from district.kernel.models import AuditLine
from district.members import services as members
from district.members.models import CardCodeUse, Member, ShopperSession, User
from tests.factories.members import make_member
from tests.race import race

ROUNDS = 20


def names(outcomes):
    return Counter(type(outcome).__name__ for outcome in outcomes)


def test_two_first_visits_of_one_person_make_one_member_and_two_sessions(real_db, wechat):
    for round_number in range(1, ROUNDS + 1):
        codes = [wechat.login_code(f"person {round_number}") for _ in range(2)]

        outcomes = race(
            *(lambda code=code: members.sign_in_with_wechat(code=code) for code in codes)
        )

        assert names(outcomes) == {"SignedIn": 2}
        assert outcomes[0].member == outcomes[1].member
        assert outcomes[0].token != outcomes[1].token
        counts = [model.objects.count() for model in (User, Member, SocialAccount)]
        assert counts == [round_number] * 3
    assert ShopperSession.objects.count() == 2 * ROUNDS


def test_one_login_code_at_two_doors_opens_one(real_db, wechat):
    for _ in range(ROUNDS):
        code = wechat.login_code()

        outcomes = race(*[lambda code=code: members.sign_in_with_wechat(code=code)] * 2)

        assert names(outcomes) == {"SignedIn": 1, "LoginCodeUsed": 1}
    assert ShopperSession.objects.count() == ROUNDS


def test_one_card_code_at_many_tills_is_used_once(real_db):
    member = make_member()

    @transaction.atomic
    def scan(code):
        return members.use_card_code(code=code)

    for _ in range(ROUNDS):
        code = members.issue_card_code(member=member).code

        outcomes = race(*[lambda code=code: scan(code)] * 8)

        assert names(outcomes) == {"Member": 1, "TokenUsed": 7}
    assert CardCodeUse.objects.count() == ROUNDS


def test_a_till_whose_work_failed_leaves_the_code_to_the_next(real_db):
    member = make_member()
    code = members.issue_card_code(member=member).code
    with transaction.atomic():
        members.use_card_code(code=code)
        transaction.set_rollback(True)

    assert members.use_card_code(code=code) == member


def test_one_phone_for_two_members_at_once_goes_to_one(real_db, wechat):
    lin, wang = (make_member(name, openid=wechat.openid(name)) for name in ("小林", "小王"))
    for round_number in range(ROUNDS):
        number = f"138{round_number:08d}"

        def bind(member, number):
            code = wechat.phone_code(member.nickname, phone=number)
            key = Key.of(f"member:{member.pk}", number, code=code)
            return members.bind_phone(member=member, code=code, key=key)

        outcomes = race(partial(bind, lin, number), partial(bind, wang, number))

        assert names(outcomes) == {"Member": 1, "PhoneAlreadyBound": 1}
    assert AuditLine.objects.count() == ROUNDS


def test_one_key_pressed_twice_binds_once(real_db, wechat):
    lin = make_member("小林", openid=wechat.openid("小林"))
    for round_number in range(ROUNDS):
        code = wechat.phone_code()
        key = Key.of("member:bind", str(round_number), code=code)

        outcomes = race(
            *[lambda code=code, key=key: members.bind_phone(member=lin, code=code, key=key)] * 2
        )

        assert names(outcomes)["Member"] >= 1
        assert set(names(outcomes)) <= {"Member", "PhoneCodeUsed"}
        assert members.bind_phone(member=lin, code=code, key=key) == lin
    assert AuditLine.objects.count() == ROUNDS


def test_a_key_pressed_twice_whose_twin_was_faster_gets_the_twins_answer(real_db, wechat):
    lin = make_member("小林", openid=wechat.openid("小林"))
    members.bind_phone(
        member=lin,
        code=(first := wechat.phone_code()),
        key=Key.of("member:bind", "warm", code=first),
    )
    wechat.trouble("getuserphonenumber", "latency", seconds=0.5)
    code = wechat.phone_code()
    key = Key.of("member:bind", "k1", code=code)

    outcomes = race(*[lambda: members.bind_phone(member=lin, code=code, key=key)] * 2)

    assert names(outcomes) == {"Member": 2}
    assert AuditLine.objects.count() == 2
