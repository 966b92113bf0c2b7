from django.db import migrations

# Nobody bears a part of a merchant's coupon without being named: not even the alliance.
FUNDED = """
create function coupons_refuse_unfunded() returns trigger language plpgsql as $$
begin
    if exists (select from coupons_coupontemplate
               where id = new.template_id and merchant_id is not null)
        and (select coalesce(sum(bp), 0) from coupons_templatefunding where version_id = new.id)
            <> 10000
    then
        raise exception 'a merchant''s coupon names who bears all of it'
            using errcode = 'check_violation', constraint = 'merchants_coupon_is_funded_in_full';
    end if;
    return new;
end $$;
create trigger coupons_templateversion_funded_in_full
    before update of state on coupons_templateversion
    for each row when (old.state = 'draft' and new.state = 'submitted')
    execute function coupons_refuse_unfunded();
"""
UNFUNDED = """
drop trigger coupons_templateversion_funded_in_full on coupons_templateversion;
drop function coupons_refuse_unfunded();
"""


class Migration(migrations.Migration):
    dependencies = [("coupons", "0012_who_wrote_a_version")]

    operations = [migrations.RunSQL(FUNDED, UNFUNDED)]
