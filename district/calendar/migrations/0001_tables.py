import datetime

from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False, verbose_name='日期')),
                ('is_workday', models.BooleanField(verbose_name='上班')),
                ('name', models.TextField(verbose_name='名称')),
                ('source', models.TextField(choices=[('law', '国务院安排'), ('hand', '手工设置')], verbose_name='来源')),
            ],
            options={
                'verbose_name': '工作日历',
                'verbose_name_plural': '工作日历',
                'constraints': [models.CheckConstraint(condition=models.Q(('source__in', ['law', 'hand'])), name='calendarday_source_known'), models.CheckConstraint(condition=models.Q(('name__regex', '^\\S(.{0,38}\\S)?$')), name='calendarday_name_short'), models.CheckConstraint(condition=models.Q(('day__gte', datetime.date(2000, 1, 1)), ('day__lte', datetime.date(2199, 12, 31))), name='calendarday_in_our_centuries')],
            },
        ),
    ]
