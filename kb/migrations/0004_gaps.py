"""Searches that an article is to answer, and who wants to hear of it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_operators'),
        ('community', '0005_lists_by_language'),
        ('kb', '0003_helpfulness'),
    ]

    operations = [
        migrations.CreateModel(
            name='EditorialTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=200)),
                ('lang', models.CharField(max_length=10)),
                ('digest', models.CharField(max_length=32)),
                ('state', models.CharField(choices=[('open', 'To write'), ('done', 'Answered'), ('dropped', 'Not to be written')], default='open', max_length=10)),
                ('created_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('article', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='kb.article')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.member')),
                ('product', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.product')),
            ],
            options={
                'indexes': [models.Index(fields=['state', '-created_at'], name='task_by_state')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('digest', 'lang'), name='one_open_task_for_a_search')],
            },
        ),
        migrations.CreateModel(
            name='Wanted',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=200)),
                ('lang', models.CharField(max_length=10)),
                ('digest', models.CharField(max_length=32)),
                ('created_at', models.DateTimeField()),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.member')),
            ],
            options={
                'indexes': [models.Index(fields=['member'], name='wanted_by_member')],
                'constraints': [models.UniqueConstraint(fields=('digest', 'lang', 'member'), name='one_wish_for_a_search')],
            },
        ),
    ]
