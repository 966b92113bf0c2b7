import district.kernel.ids
import district.members.models.member
import django.contrib.auth.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


# A member's user is a shopper, and a user who is a member can never become staff.
MEMBER_IS_A_SHOPPER = """
alter table members_member add constraint member_user_is_a_shopper
    foreign key (user_id, user_kind) references members_user (id, kind)
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('kind', models.TextField(choices=[('shopper', '消费者'), ('staff', '工作人员')], default='staff', verbose_name='类型')),
                ('username', models.CharField(error_messages={'unique': '该用户名已被使用。'}, max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='用户名')),
                ('name', models.CharField(blank=True, max_length=60, verbose_name='姓名')),
                ('is_staff', models.BooleanField(default=False, verbose_name='可登录后台')),
                ('is_active', models.BooleanField(default=True, verbose_name='启用')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='创建时间')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': '账号',
                'verbose_name_plural': '账号',
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', district.kernel.ids.PublicIdField('mem', verbose_name='会员编号')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='member', to=settings.AUTH_USER_MODEL, verbose_name='账号')),
                ('user_kind', models.TextField(default='shopper', editable=False)),
                ('nickname', models.CharField(blank=True, max_length=20, verbose_name='昵称')),
                ('card_id', models.BinaryField(default=district.members.models.member.new_card_id, max_length=8, verbose_name='卡标识')),
                ('phone_hash', models.BinaryField(blank=True, null=True, verbose_name='手机号摘要')),
                ('phone_sealed', models.BinaryField(blank=True, null=True, verbose_name='手机号密文')),
                ('birthday_sealed', models.BinaryField(blank=True, null=True, verbose_name='生日密文')),
                ('joined_at', models.DateTimeField(verbose_name='入会时间')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='注销时间')),
            ],
            options={
                'verbose_name': '会员',
                'verbose_name_plural': '会员',
            },
        ),
        migrations.CreateModel(
            name='MemberKey',
            fields=[
                ('member', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='key', serialize=False, to='members.member', verbose_name='会员')),
                ('master_version', models.SmallIntegerField(verbose_name='主密钥版本')),
                ('wrapped', models.BinaryField(verbose_name='数据密钥密文')),
            ],
            options={
                'verbose_name': '数据密钥',
                'verbose_name_plural': '数据密钥',
            },
        ),
        migrations.CreateModel(
            name='CardCodeUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('jti', models.BinaryField()),
                ('used_at', models.DateTimeField()),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='members.member')),
            ],
            options={
                'verbose_name': '已用会员码',
                'verbose_name_plural': '已用会员码',
            },
        ),
        migrations.CreateModel(
            name='ShopperSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_hash', models.BinaryField()),
                ('created_at', models.DateTimeField(verbose_name='登录时间')),
                ('expires_at', models.DateTimeField(verbose_name='到期时间')),
                ('last_used_at', models.DateTimeField(verbose_name='最近使用')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='退出时间')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='members.member', verbose_name='会员')),
            ],
            options={
                'verbose_name': '登录会话',
                'verbose_name_plural': '登录会话',
            },
        ),
        migrations.CreateModel(
            name='WechatIdentity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('appid', models.TextField(verbose_name='小程序')),
                ('openid_hash', models.BinaryField(verbose_name='openid 摘要')),
                ('openid_sealed', models.BinaryField(verbose_name='openid 密文')),
                ('unionid_hash', models.BinaryField(blank=True, null=True, verbose_name='unionid 摘要')),
                ('member', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='wechat', to='members.member', verbose_name='会员')),
            ],
            options={
                'verbose_name': '微信身份',
                'verbose_name_plural': '微信身份',
            },
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['shopper', 'staff'])), name='user_is_shopper_or_staff'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'staff'), models.Q(('is_staff', False), ('is_superuser', False)), _connector='OR'), name='shopper_is_never_staff'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('username'), name='username_once_in_any_case', violation_error_message='该用户名已被使用。'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(fields=('id', 'kind'), name='user_of_one_kind'),
        ),
        migrations.AddIndex(
            model_name='memberkey',
            index=models.Index(models.F('master_version'), name='member_key_by_master'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(models.F('joined_at'), name='member_by_joining'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.CheckConstraint(condition=models.Q(('user_kind', 'shopper')), name='member_is_a_shopper'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.UniqueConstraint(models.F('card_id'), name='card_of_one_member'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(models.Func(models.F('card_id'), function='octet_length', output_field=models.IntegerField()), 8), name='card_id_has_eight_bytes'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.UniqueConstraint(models.F('phone_hash'), condition=models.Q(('closed_at', None)), name='phone_of_one_open_member'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('phone_hash', None), ('phone_sealed', None)), models.Q(('phone_hash__isnull', False), ('phone_sealed__isnull', False)), _connector='OR'), name='phone_sealed_iff_hashed'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.CheckConstraint(condition=models.Q(('closed_at', None), ('closed_at__gte', models.F('joined_at')), _connector='OR'), name='member_closed_after_joining'),
        ),
        migrations.AddIndex(
            model_name='cardcodeuse',
            index=models.Index(models.F('used_at'), name='card_code_use_by_age'),
        ),
        migrations.AddConstraint(
            model_name='cardcodeuse',
            constraint=models.UniqueConstraint(models.F('jti'), name='card_code_used_once'),
        ),
        migrations.AddIndex(
            model_name='shoppersession',
            index=models.Index(models.F('expires_at'), name='session_by_end'),
        ),
        migrations.AddConstraint(
            model_name='shoppersession',
            constraint=models.UniqueConstraint(models.F('token_hash'), name='session_of_one_token'),
        ),
        migrations.AddConstraint(
            model_name='shoppersession',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='session_ends_after_it_began'),
        ),
        migrations.AddConstraint(
            model_name='wechatidentity',
            constraint=models.UniqueConstraint(models.F('openid_hash'), name='openid_of_one_member'),
        ),
        migrations.RunSQL(MEMBER_IS_A_SHOPPER, "alter table members_member drop constraint member_user_is_a_shopper"),
    ]
