import django.db.models.deletion
from django.db import migrations, models

from rewards.triggers import guards_until_here, no_guards


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_operators'),
        ('rewards', '0003_first_version'),
    ]

    operations = [
        no_guards(),
        migrations.CreateModel(
            name='Lot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.BigIntegerField()),
                ('remaining', models.BigIntegerField()),
                ('earned_on', models.DateField()),
                ('expires_on', models.DateField(null=True)),
                ('rolls_to', models.DateField(null=True)),
                ('rolled_over', models.BooleanField(default=False)),
                ('warned_on', models.DateField(null=True)),
                ('warned_days', models.PositiveSmallIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='LotUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('first', models.BigIntegerField()),
                ('last', models.BigIntegerField()),
                ('count', models.PositiveIntegerField()),
                ('gaps', models.JSONField()),
                ('late', models.JSONField()),
                ('has_strays', models.BooleanField()),
                ('sums', models.JSONField()),
                ('sealed_at', models.DateTimeField()),
                ('leaves', models.BinaryField()),
                ('previous', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64, unique=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='account',
            name='account_balance',
        ),
        migrations.AlterField(
            model_name='account',
            name='kind',
            field=models.CharField(choices=[('pending', 'Pending credits of a member'), ('settled', 'Settled credits of a member'), ('receivable', 'Owed by a member'), ('issuance', 'Credits issued by the programme'), ('payouts', 'Credits paid out'), ('breakage', 'Credits that expired'), ('written_off', 'Debts written off')], max_length=20),
        ),
        migrations.AlterField(
            model_name='entry',
            name='transfer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='rewards.transfer'),
        ),
        migrations.AlterField(
            model_name='transfer',
            name='kind',
            field=models.CharField(choices=[('award', 'Award'), ('settlement', 'Settlement'), ('reversal', 'Reversal'), ('payout', 'Payout'), ('expiry', 'Expiry'), ('write_off', 'Write-off')], max_length=20),
        ),
        migrations.AlterField(
            model_name='transfer',
            name='reason',
            field=models.CharField(choices=[('answer_accepted', 'Accepted answer'), ('acceptance_revoked', 'The answer is no longer accepted'), ('answer_replaced', 'Another answer was accepted instead'), ('correction', 'Correction'), ('paid_out', 'Paid out'), ('expired', 'Expired'), ('written_off', 'Debt written off')], max_length=40),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('balance__gte', 0), ('balance__isnull', False), ('kind__in', ['pending', 'settled']), ('member__isnull', False)), models.Q(('balance__isnull', False), ('balance__lte', 0), ('kind', 'receivable'), ('member__isnull', False)), models.Q(('balance__isnull', True), ('kind__in', ['issuance', 'payouts', 'breakage', 'written_off']), ('member__isnull', True)), _connector='OR'), name='account_balance'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(('id__gt', 0)), name='transfer_id'),
        ),
        migrations.AddField(
            model_name='lot',
            name='member',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lots', to='accounts.member'),
        ),
        migrations.AddField(
            model_name='lot',
            name='origin',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lots', to='rewards.transfer'),
        ),
        migrations.AddField(
            model_name='lotuse',
            name='lot',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='rewards.lot'),
        ),
        migrations.AddField(
            model_name='lotuse',
            name='transfer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lot_uses', to='rewards.transfer'),
        ),
        migrations.AddIndex(
            model_name='seal',
            index=models.Index(condition=models.Q(('has_strays', True)), fields=['number'], name='seal_strays'),
        ),
        migrations.AddConstraint(
            model_name='seal',
            constraint=models.CheckConstraint(condition=models.Q(('count__gt', 0)), name='seal_count'),
        ),
        migrations.AddIndex(
            model_name='lot',
            index=models.Index(condition=models.Q(('remaining__gt', 0)), fields=['member', 'earned_on', 'id'], name='lot_of_member'),
        ),
        migrations.AddIndex(
            model_name='lot',
            index=models.Index(condition=models.Q(('expires_on__isnull', False), ('remaining__gt', 0)), fields=['expires_on', 'id'], name='lot_due'),
        ),
        migrations.AddConstraint(
            model_name='lot',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='lot_amount'),
        ),
        migrations.AddConstraint(
            model_name='lot',
            constraint=models.CheckConstraint(condition=models.Q(('remaining__gte', 0), ('remaining__lte', models.F('amount'))), name='lot_remaining'),
        ),
        migrations.AddConstraint(
            model_name='lotuse',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='lot_use_amount'),
        ),
        guards_until_here(),
    ]
