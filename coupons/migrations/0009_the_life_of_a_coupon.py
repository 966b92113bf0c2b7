import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from district.kernel.triggers import guard

WRITTEN_ONCE = (
    "id, public_id, version_id, template_id, claimer_id, claim_day, source, valid_from, valid_until,"
    " replaces_id, replaces_refund_id, claimed_at"
)
# What was taken back or granted instead of another before counts no more either; what value came back
# and which purchase brought which coupon is written where it stays.
CARRIED_OVER = """
update coupons_coupon set nth = null, nth_of_day = null
    where state = 'void' or source = 'replacement';
update coupons_redemption redemption set restored_fen = redemption.discount_fen
    from coupons_coupon coupon, coupons_templateversion version
    where coupon.id = redemption.coupon_id and version.id = redemption.version_id and version.partial
        and redemption.reversed_at < coupon.valid_until;
update coupons_redemption redemption set replaced_fen = redemption.discount_fen
    from coupons_coupon replacement
    where replacement.replaces_id = redemption.id and replacement.value_left_fen is not null;
insert into coupons_receiptreward (receipt_id, template_id, coupon_id, at)
    select split_part(made.key, ':', 2)::bigint, coupon.template_id, coupon.id, coupon.claimed_at
    from kernel_idem made join coupons_coupon coupon on coupon.id = made.result
    where made.scope = 'coupon for receipt';
-- Purchases that nobody has heard of yet were told of by their points.
insert into kernel_outboxrow (name, payload)
    select 'ReceiptPosted', payload from kernel_outboxrow
    where name = 'PointsEarned' and delivered_at is null and payload ? 'receipt';
"""
NUMBERS_STAY = (
    "when ((old.nth, old.nth_of_day) is distinct from (new.nth, new.nth_of_day)"
    " and (new.state <> 'void' or new.nth is not null or new.nth_of_day is not null))"
)


class Migration(migrations.Migration):

    dependencies = [
        ('coupons', '0008_rows_of_a_day'),
        ('loyalty', '0011_exchanges_undone'),
        ('members', '0002_several_wechat_accounts'),
        ('merchants', '0004_one_kind'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ReceiptReward',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='时间')),
            ],
            options={
                'verbose_name': '消费赠券',
                'verbose_name_plural': '消费赠券',
            },
        ),
        migrations.RemoveConstraint(
            model_name='coupon',
            name='coupon_counted_from_one',
        ),
        migrations.RemoveConstraint(
            model_name='coupon',
            name='coupon_replaced_once',
        ),
        migrations.AddField(
            model_name='coupon',
            name='replaces_refund',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coupons.billrefund', verbose_name='补发自退货'),
        ),
        migrations.AddField(
            model_name='redemption',
            name='replaced_fen',
            field=models.BigIntegerField(db_default=0, verbose_name='补发金额（分）'),
        ),
        migrations.AddField(
            model_name='redemption',
            name='restored_fen',
            field=models.BigIntegerField(db_default=0, verbose_name='退回券内金额（分）'),
        ),
        migrations.AddField(
            model_name='templateversion',
            name='exchange_undo_minutes',
            field=models.IntegerField(blank=True, null=True, verbose_name='兑换可退分钟数'),
        ),
        migrations.AlterField(
            model_name='coupon',
            name='nth',
            field=models.IntegerField(blank=True, null=True, verbose_name='第几张'),
        ),
        migrations.AlterField(
            model_name='coupon',
            name='nth_of_day',
            field=models.IntegerField(blank=True, null=True, verbose_name='当日第几张'),
        ),
        migrations.AddField(
            model_name='receiptreward',
            name='coupon',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='reward', to='coupons.coupon', verbose_name='优惠券'),
        ),
        migrations.AddField(
            model_name='receiptreward',
            name='receipt',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='loyalty.receipt', verbose_name='小票'),
        ),
        migrations.AddField(
            model_name='receiptreward',
            name='template',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coupons.coupontemplate', verbose_name='券模板'),
        ),
        migrations.RunSQL("drop trigger coupons_coupon_written_once on coupons_coupon", migrations.RunSQL.noop),
        migrations.RunSQL(CARRIED_OVER, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='coupon',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('nth', None), ('nth_of_day', None), models.Q(('state', 'void'), ('source', 'replacement'), _connector='OR')), models.Q(('nth__gte', 1), ('nth__isnull', False), ('nth_of_day__gte', 1), ('nth_of_day__isnull', False), models.Q(('source', 'replacement'), _negated=True)), _connector='OR'), name='coupon_counted_from_one'),
        ),
        migrations.AddConstraint(
            model_name='coupon',
            constraint=models.UniqueConstraint(condition=models.Q(('replaces__isnull', False)), fields=('replaces', 'replaces_refund'), name='coupon_replaced_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='redemption',
            constraint=models.CheckConstraint(condition=models.Q(('discount_fen__gte', django.db.models.expressions.CombinedExpression(models.F('restored_fen'), '+', models.F('replaced_fen'))), ('replaced_fen__gte', 0), ('restored_fen__gte', 0), models.Q(('reversed_at__isnull', False), ('returned_fen__gte', django.db.models.expressions.CombinedExpression(models.F('restored_fen'), '+', models.F('replaced_fen'))), _connector='OR')), name='redemption_value_given_back_once'),
        ),
        migrations.AddConstraint(
            model_name='templateversion',
            constraint=models.CheckConstraint(condition=models.Q(('exchange_undo_minutes', None), models.Q(('exchange_undo_minutes__range', (1, 43200)), ('points_price__isnull', False)), _connector='OR'), name='version_exchange_undone_for_a_while', violation_error_message='兑换可退分钟数为 1 至 43200，且须填写积分兑换价。'),
        ),
        migrations.AddConstraint(
            model_name='receiptreward',
            constraint=models.UniqueConstraint(fields=('receipt', 'template'), name='receipt_rewarded_once_per_template'),
        ),
        guard("written_once", "coupons_coupon", f"delete or update of {WRITTEN_ONCE}", "row"),
        guard("numbers_stay", "coupons_coupon", "update of nth, nth_of_day", "row", NUMBERS_STAY),
        guard("append_only", "coupons_receiptreward", "update or delete", "row"),
        guard("no_truncate", "coupons_receiptreward", "truncate", "statement"),
        migrations.RunSQL(
            """
            create trigger coupons_redemption_value_forward
                before update of restored_fen, replaced_fen on coupons_redemption
                for each row when (new.restored_fen < old.restored_fen
                                   or new.replaced_fen < old.replaced_fen)
                execute function kernel_refuse_change();
            -- Made anew, with another argument, from coupons/sql/.
            drop function if exists coupons_claim(
                text, text, bytea, bigint, bigint, text, text, bigint, bigint, bigint, date, bigint,
                bigint, bigint, timestamptz, timestamptz, timestamptz);
            """,
            "drop trigger coupons_redemption_value_forward on coupons_redemption",
        ),
    ]
