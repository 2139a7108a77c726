"""What was suggested to whoever asked, and whether it helped."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_operators'),
        ('community', '0005_lists_by_language'),
    ]

    operations = [
        migrations.CreateModel(
            name='Deflection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('lang', models.CharField(max_length=10)),
                ('shown', models.JSONField(default=list)),
                ('helped', models.CharField(blank=True, max_length=40)),
                ('token', models.CharField(blank=True, max_length=40)),
                ('member', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member')),
                ('product', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.product')),
                ('thread', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='suggested', to='community.thread')),
            ],
            options={
                'indexes': [models.Index(fields=['at'], name='deflection_at')],
                'constraints': [models.CheckConstraint(condition=models.Q(('thread', None), ('helped', ''), _connector='XOR'), name='helped_or_posted'), models.UniqueConstraint(condition=models.Q(models.Q(('token', ''), _negated=True), ('thread', None)), fields=('member', 'token'), name='one_end_of_a_form')],
            },
        ),
    ]
