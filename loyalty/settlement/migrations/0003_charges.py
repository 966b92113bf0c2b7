import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from district.kernel.triggers import guard

APPEND_ONLY = ["settlement_booking", "settlement_charge"]


class Migration(migrations.Migration):

    dependencies = [
        ('merchants', '0004_one_kind'),
        ('settlement', '0002_what_is_settled_stays'),
    ]

    operations = [
        migrations.CreateModel(
            name='Booking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.TextField(verbose_name='来源')),
                ('reference', models.TextField(verbose_name='单号')),
                ('fen', models.BigIntegerField(verbose_name='金额（分）')),
                ('at', models.DateTimeField(verbose_name='发生时间')),
            ],
            options={
                'verbose_name': '款项记账',
                'verbose_name_plural': '款项记账',
            },
        ),
        migrations.CreateModel(
            name='Charge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.TextField(verbose_name='来源')),
                ('bookings', models.BigIntegerField(verbose_name='笔数')),
                ('fen', models.BigIntegerField(verbose_name='金额（分）')),
            ],
            options={
                'verbose_name': '其他款项',
                'verbose_name_plural': '其他款项',
            },
        ),
        migrations.RemoveConstraint(
            model_name='statement',
            name='statement_adds_up',
        ),
        migrations.AddField(
            model_name='statement',
            name='charges',
            field=models.BigIntegerField(default=0, verbose_name='其他款项（分）'),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.CheckConstraint(condition=models.Q(('due', django.db.models.expressions.CombinedExpression(models.F('net'), '+', models.F('prefunded'))), ('net', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('receivable'), '-', models.F('payable')), '-', models.F('fees')), '+', models.F('fees_kept')), '+', models.F('credits')), '+', models.F('charges')))), name='statement_adds_up'),
        ),
        migrations.AddField(
            model_name='booking',
            name='payee',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='merchants.merchant', verbose_name='收方'),
        ),
        migrations.AddField(
            model_name='booking',
            name='payer',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='merchants.merchant', verbose_name='付方'),
        ),
        migrations.AddField(
            model_name='charge',
            name='cycle',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='charges', to='settlement.cycle', verbose_name='周期'),
        ),
        migrations.AddField(
            model_name='charge',
            name='payee',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='merchants.merchant', verbose_name='收方'),
        ),
        migrations.AddField(
            model_name='charge',
            name='payer',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='merchants.merchant', verbose_name='付方'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.UniqueConstraint(fields=('reference', 'source', 'payer', 'payee'), name='booking_once_per_act'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(('payer', models.F('payee')), _negated=True), name='booking_between_two'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(('fen__gte', -1000000000000), ('fen__lte', 1000000000000), models.Q(('fen', 0), _negated=True)), name='booking_of_some_fen'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(('reference__regex', '^[0-9A-Za-z_-]{1,64}$'), ('source__regex', '^[a-z][a-z_]{0,31}$')), name='booking_says_what_for'),
        ),
        migrations.AddIndex(
            model_name='charge',
            index=models.Index(models.F('cycle'), models.F('payee'), name='charge_of_payee'),
        ),
        migrations.AddConstraint(
            model_name='charge',
            constraint=models.UniqueConstraint(fields=('cycle', 'payer', 'payee', 'source'), name='charge_once_per_pair_source_and_cycle'),
        ),
        migrations.AddConstraint(
            model_name='charge',
            constraint=models.CheckConstraint(condition=models.Q(('bookings__gt', 0), models.Q(('payer', models.F('payee')), _negated=True)), name='charge_between_two'),
        ),
        # The horizon's number, as transfers have it.
        migrations.RunSQL(
            "alter table settlement_booking"
            " add column xid xid8 not null default pg_current_xact_id()",
            "alter table settlement_booking drop column xid",
        ),
        # The bookings of a cycle, found without reading those of all years: what is appended in the
        # order of instants and of transactions needs but a range for each block.
        migrations.RunSQL(
            "create index booking_by_window on settlement_booking"
            " using brin (at, ((xid::text)::bigint)) with (pages_per_range = 32, autosummarize = on)",
            "drop index booking_by_window",
        ),
        *(guard("append_only", table, "update or delete", "row") for table in APPEND_ONLY),
        *(guard("no_truncate", table, "truncate", "statement") for table in APPEND_ONLY),
        migrations.RunSQL(
            "create trigger settlement_charge_into_proposed_only after insert on settlement_charge"
            " referencing new table as written"
            " for each statement execute function settlement_refuse_closed()",
            "drop trigger settlement_charge_into_proposed_only on settlement_charge",
        ),
        # It is made anew, with one argument more, from loyalty/settlement/sql/.
        migrations.RunSQL(
            """
            drop function if exists settlement_totals(
                bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint);
            """,
            migrations.RunSQL.noop,
        ),
    ]
