"""Third-party codes: one code one coupon, whoever types it, however often."""

import pytest
from django.db import IntegrityError, connection, transaction

from coupons.errors import CouponSoldOut
from coupons.issuing import services
from coupons.issuing.errors import CodeNotUsable, IssueListInvalid, IssueNotYours
from coupons.issuing.models import CodeBatch, ImportedCode
from coupons.models import Coupon
from district.kernel.errors import KeyReused
from district.kernel.models import AuditLine, Idem
from tests.factories.coupons import fresh_key, make_version
from tests.factories.members import make_member, make_operator, make_staff

pytestmark = pytest.mark.django_db
CODE = "MT24-7KQ9-X3PD"


def brought(*codes, version=None, by=None):
    return services.import_codes(
        version=version or make_version(),
        content="\n".join(["code", *codes]).encode(),
        name="平台售券",
        by=by or make_operator(),
        key=fresh_key(),
    )


def test_lines_that_are_no_codes_or_repeat_one_are_told():
    by = make_operator()
    first = brought(CODE, "x", "mt24 7kq9 x3pd", "ABCDEF1", "Ä" * 8, by=by)

    assert (first.total, first.imported) == (5, 2)
    assert (first.repeated_lines, first.refused_lines) == ([4], [3, 6])
    assert AuditLine.objects.get(verb="import_codes").facts["imported"] == 2
    second = brought("ABCDEF1", "ABCDEF2", by=by)
    assert (second.imported, second.repeated_lines) == (1, [2])


def test_no_code_can_be_read_back():
    brought(CODE)

    held = ImportedCode.objects.get()
    assert (held.last4, len(held.code_hash)) == ("X3PD", 32)
    assert "7KQ9" not in str(list(AuditLine.objects.values())) + str(list(Idem.objects.values()))


@pytest.mark.parametrize("content", [b"", b"code\n", b"member\nx\n", b"code\n\xff\n"])
def test_a_bad_file_leaves_nothing(content):
    with pytest.raises(IssueListInvalid):
        services.import_codes(
            version=make_version(), content=content, name="x", by=make_operator(), key=fresh_key()
        )
    assert CodeBatch.objects.count() == 0


def test_only_an_operator_brings_codes():
    with pytest.raises(IssueNotYours):
        brought(CODE, by=make_staff())


def test_a_code_gives_its_coupon_once_beyond_the_limit_of_a_person():
    member, version = make_member(), make_version(per_member=1)
    brought(CODE, "ABCDEF1", version=version)
    key = fresh_key()
    coupon = services.use_code(code="mt24 7kq9-x3pd", member=member, key=key)

    stored = Coupon.objects.get(pk=coupon.pk)
    assert (stored.source, stored.version_id, stored.member_id) == ("import", version.pk, member.pk)
    assert services.use_code(code=CODE, member=member, key=key) == coupon
    assert services.use_code(code="ABCDEF1", member=member, key=fresh_key()) != coupon
    for other in (member, make_member("小王")):
        with pytest.raises(CodeNotUsable):
            services.use_code(code=CODE, member=other, key=fresh_key())
    assert Coupon.objects.count() == 2


def test_a_code_nobody_knows_hears_the_same_as_a_used_one():
    brought(CODE)
    member, key = make_member(), fresh_key()
    services.use_code(code=CODE, member=member, key=fresh_key())

    refusals = []
    for code in (CODE, "ZZZZZZ", "x"):
        with pytest.raises(CodeNotUsable) as refused:
            services.use_code(code=code, member=member, key=key)
        refusals.append((refused.value.code, refused.value.detail, refused.value.facts))
    assert len({str(refusal) for refusal in refusals}) == 1


def test_a_refused_code_stays_unused():
    member, version = make_member(), make_version(stock=1)
    brought(CODE, "ABCDEF1", version=version)
    services.use_code(code=CODE, member=member, key=fresh_key())
    with pytest.raises(CouponSoldOut):
        services.use_code(code="ABCDEF1", member=member, key=fresh_key())

    assert ImportedCode.objects.filter(coupon=None).count() == 1


def test_a_key_is_for_one_code():
    brought(CODE, "ABCDEF1")
    key, member = fresh_key(), make_member()
    services.use_code(code=CODE, member=member, key=key)

    with pytest.raises(KeyReused):
        services.use_code(
            code="ABCDEF1", member=member, key=type(key).of(key.scope, key.key, code=2)
        )
    assert ImportedCode.objects.filter(coupon=None).count() == 1


def test_the_constraint_of_a_used_code():
    brought(CODE)
    services.use_code(code=CODE, member=make_member(), key=fresh_key())

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update issuing_importedcode set coupon_id = null, used_at = null")
