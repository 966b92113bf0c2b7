from django.db import migrations

from district.kernel.triggers import guard


class Migration(migrations.Migration):
    """While a lease runs nobody takes it back, moves it or cuts it short; the next one comes after it."""

    dependencies = [("coupons", "0004_leased_at")]

    operations = [
        guard(
            "lease_stands",
            "coupons_coupon",
            "update of leased_to_id, leased_at, leased_until",
            "row",
            "when (old.leased_until is not null"
            " and (new.leased_at is null or new.leased_at < old.leased_until))",
        ),
    ]
