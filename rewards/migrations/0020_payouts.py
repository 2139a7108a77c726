import django.db.models.deletion
import uuid
from django.db import migrations, models

from rewards.triggers import guards_until_here, no_guards


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_operators'),
        ('rewards', '0010_reviews'),
    ]

    operations = [
        no_guards(),
        migrations.CreateModel(
            name='Charity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('names', models.JSONField(help_text='By language: {"en": …, "fr": …}.')),
                ('account', models.CharField(max_length=120)),
                ('match_percent', models.PositiveSmallIntegerField(default=0)),
                ('is_active', models.BooleanField(default=True)),
            ],
            options={
                'verbose_name_plural': 'charities',
            },
        ),
        migrations.AlterField(
            model_name='transfer',
            name='reason',
            field=models.CharField(choices=[('answer_accepted', 'Accepted answer'), ('acceptance_revoked', 'The answer is no longer accepted'), ('answer_replaced', 'Another answer was accepted instead'), ('withheld', 'Withheld after a review'), ('restored', 'Given back on appeal'), ('correction', 'Correction'), ('paid_out', 'Paid out'), ('payout_came_back', 'A payment came back'), ('matched', 'Added by the company for a charity'), ('expired', 'Expired'), ('written_off', 'Debt written off')], max_length=40),
        ),
        migrations.CreateModel(
            name='PayoutRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True)),
                ('state', models.CharField(choices=[('accruing', 'Credits are earned'), ('statements', 'Statements are made'), ('choosing', 'Members choose'), ('frozen', 'Frozen, to be approved'), ('approved', 'Approved'), ('paying', 'Being paid'), ('reconciling', 'Waiting for answers'), ('closed', 'Closed')], default='accruing', max_length=20)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('choose_until', models.DateField(null=True)),
                ('opened_at', models.DateTimeField()),
                ('frozen_at', models.DateTimeField(null=True)),
                ('approved_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member')),
                ('charity', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='rewards.charity')),
                ('frozen_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member')),
                ('opened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member')),
                ('version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rewards.programmeversion')),
            ],
        ),
        migrations.CreateModel(
            name='Payout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('choice', models.CharField(choices=[('keep', 'Keep the credits'), ('bill', 'Off my bill'), ('cash', 'Money to my account'), ('charity', 'Given to charity')], default='keep', max_length=20)),
                ('chosen_at', models.DateTimeField(null=True)),
                ('amount', models.BigIntegerField()),
                ('value', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('state', models.CharField(choices=[('chosen', 'Not frozen yet'), ('kept', 'Kept'), ('frozen', 'To be sent'), ('sent', 'On its way'), ('unknown', 'Sent, not answered yet'), ('paid', 'Paid'), ('refused', 'Refused by the provider'), ('returned', 'Paid, and came back')], default='chosen', max_length=20)),
                ('why', models.CharField(blank=True, choices=[('chosen', 'You chose to keep them.'), ('nothing', 'There was nothing to pay out any more.'), ('gone', 'The account was closed.'), ('new', 'Your account is too new to be paid.'), ('minimum', 'You have less than the least that is paid out.'), ('no_account', 'You have not said where to pay them.'), ('not_adult', 'You have not confirmed that you are 18 or older.'), ('unchecked', 'Your payment account is not checked yet.'), ('check_failed', 'The check of your payment account failed.'), ('not_offered', 'This choice is not offered any more.'), ('refused', 'The payment was refused.'), ('returned', 'The payment came back.')], max_length=20)),
                ('words', models.CharField(blank=True, max_length=200)),
                ('provider', models.CharField(blank=True, choices=[('billing', 'The company’s billing'), ('paypal', 'PayPal'), ('bank', 'The bank')], max_length=20)),
                ('payee', models.CharField(blank=True, max_length=120)),
                ('key', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('batch', models.UUIDField(null=True)),
                ('batch_reference', models.CharField(blank=True, max_length=120)),
                ('reference', models.CharField(blank=True, max_length=120)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('first_sent_at', models.DateTimeField(null=True)),
                ('ask_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('member', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='accounts.member')),
                ('vote', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='rewards.charity')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='rewards.payoutrun')),
            ],
        ),
        migrations.CreateModel(
            name='PayoutAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(choices=[('billing', 'The company’s billing'), ('paypal', 'PayPal'), ('bank', 'The bank')], max_length=20)),
                ('reference', models.CharField(max_length=120)),
                ('status', models.CharField(choices=[('waiting', 'Not checked yet'), ('checked', 'Checked'), ('failed', 'The check failed')], default='waiting', max_length=20)),
                ('is_adult', models.BooleanField(default=False)),
                ('changed_at', models.DateTimeField()),
                ('asked_at', models.DateTimeField(null=True)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payout_accounts', to='accounts.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('member', 'provider'), name='one_account_per_provider'), models.UniqueConstraint(fields=('provider', 'reference'), name='one_person_per_account'), models.CheckConstraint(condition=models.Q(('reference', ''), _negated=True), name='payout_account_reference')],
            },
        ),
        migrations.AddConstraint(
            model_name='payoutrun',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='run_days'),
        ),
        migrations.AddConstraint(
            model_name='payoutrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_by', None), ('state__in', ['accruing', 'statements', 'choosing'])), models.Q(('approved_by', None), ('frozen_by__isnull', False), ('state', 'frozen')), models.Q(('approved_by__isnull', False), ('frozen_by__isnull', False), ('state__in', ['approved', 'paying', 'reconciling', 'closed'])), _connector='OR'), name='run_persons'),
        ),
        migrations.AddConstraint(
            model_name='payoutrun',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(('approved_by', models.F('frozen_by')), _negated=True), _connector='OR'), name='run_approved_by_another'),
        ),
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(fields=['run', 'state', 'id'], name='payout_of_run'),
        ),
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(condition=models.Q(('state__in', ['unknown', 'sent'])), fields=['ask_at', 'id'], name='payout_to_ask'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.UniqueConstraint(fields=('run', 'member'), name='one_payout_per_member'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.UniqueConstraint(condition=models.Q(('member', None)), fields=('run',), name='one_match_per_run'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0), ('value__gte', 0)), name='payout_amount'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['chosen', 'kept']), models.Q(('amount__gt', 0), ('value__gt', 0), models.Q(('provider', ''), _negated=True), models.Q(('payee', ''), _negated=True), models.Q(('choice', 'keep'), _negated=True)), _connector='OR'), name='payout_sendable'),
        ),
        guards_until_here(),
    ]
