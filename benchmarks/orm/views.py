"""The same act with the same protections (key, alliance, terms, idempotency, expiry, outbox), one query after another."""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.orm.serializers import TextbookReceiptIn, TextbookReceiptOut
from district.kernel.models import Idem, OutboxRow
from district.merchants.models import AllianceMembership, TillKey
from loyalty import arithmetic
from loyalty.models import Lot, MerchantTerms, PointsAccount, Receipt, Transfer


class Conflict(APIException):
    status_code = 409


class KeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[None, TillKey]:
        _, _, text = request.headers.get("Authorization", "").partition(" ")
        _, prefix, secret = text.split("_")
        key = (
            TillKey.objects.select_related("merchant")
            .filter(prefix=prefix, revoked_at=None)
            .first()
        )
        if key is None or not hmac.compare_digest(
            bytes(key.secret_hash), hashlib.sha256(secret.encode()).digest()
        ):
            raise AuthenticationFailed
        return None, key


class PostReceipt(APIView):
    authentication_classes = (KeyAuthentication,)

    def post(self, request: Request) -> Response:
        form = TextbookReceiptIn(data=request.data)
        form.is_valid(raise_exception=True)
        values: dict[str, Any] = form.validated_data
        store, now = values["store"], timezone.now()
        if not request.auth.stores.filter(pk=store.pk).exists():
            raise ValidationError("not a store of this key")
        if not AllianceMembership.objects.filter(
            merchant=store.merchant_id, period__contains=now
        ).exists():
            raise Conflict
        with transaction.atomic():
            receipt = _post(request, values, now)
        receipt = Receipt.objects.select_related("transfer", "store", "account__member").get(
            pk=receipt.pk
        )
        return Response(TextbookReceiptOut(receipt).data, status=201)


def _post(request: Request, values: dict[str, Any], now: datetime) -> Receipt:
    store, member = values["store"], values["member"]
    idem, first = Idem.objects.get_or_create(
        scope=f"merchant:{store.merchant_id}:earn",
        key=request.headers["Idempotency-Key"],
        defaults={
            "terms": hashlib.sha256(json.dumps(request.data, sort_keys=True).encode()).digest()
        },
    )
    if not first:
        return Receipt.objects.get(pk=idem.result)
    PointsAccount.objects.get_or_create(member=member)
    account = PointsAccount.objects.select_for_update().get(member=member)
    _expire(account, now)
    terms = MerchantTerms.objects.get(merchant=store.merchant_id, valid__contains=values["paid_at"])
    points = arithmetic.points_for(
        values["paid_fen"], earn_points=terms.earn_points, earn_per_fen=terms.earn_per_fen
    )
    actor = f"till:{request.auth.pk}"
    expires_at = arithmetic.expiry_of(now, months=terms.validity_months)
    account.available += points
    account.seq += 1
    account.next_due = min(account.next_due or expires_at, expires_at)
    account.save()
    transfer = Transfer.objects.create(
        kind="earn", account=account, seq=account.seq, source="issued", target="available", points=points,
        available_after=account.available, merchant_id=store.merchant_id, store=store,
        reference=values["receipt_no"], actor=actor, at=now,
    )  # fmt: skip
    Lot.objects.create(
        account=account, issuer_id=store.merchant_id, transfer=transfer, granted=points, remaining=points,
        price_milli_fen=terms.price_milli_fen, active_from=now,
        expires_at=expires_at,
    )  # fmt: skip
    receipt = Receipt.objects.create(
        account=account, merchant_id=store.merchant_id, store=store, receipt_no=values["receipt_no"],
        paid_fen=values["paid_fen"], granted=points, terms=terms, rate_points=terms.earn_points,
        rate_per_fen=terms.earn_per_fen, issuer_id=store.merchant_id, transfer=transfer, source="till",
        actor=actor, paid_at=values["paid_at"], at=now,
    )  # fmt: skip
    brought = {"receipt": receipt.pk, "member": member.pk, "merchant": store.merchant_id,
               "store": store.pk, "points": points}  # fmt: skip
    OutboxRow.objects.bulk_create(
        [
            OutboxRow(name="PointsEarned", payload={"transfer": transfer.pk, **brought}),
            OutboxRow(name="ReceiptPosted", payload=brought),
        ]
    )
    Idem.objects.filter(scope=idem.scope, key=idem.key).update(result=receipt.pk)
    return receipt


def _expire(account: PointsAccount, now: datetime) -> None:
    """As the ledger does before each posting; no lot of the benchmark is due."""
    due = Lot.objects.filter(account=account, remaining__gt=0, expires_at__lte=now)
    if points := due.aggregate(points=Sum("remaining"))["points"]:
        due.update(remaining=0)
        account.available = F("available") - points
        account.save()
        account.refresh_from_db()
