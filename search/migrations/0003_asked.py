"""What was searched, counted by day."""
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0002_taught'),
    ]

    operations = [
        migrations.CreateModel(
            name='Phrase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lang', models.CharField(max_length=10)),
                ('digest', models.CharField(max_length=32)),
                ('text', models.CharField(blank=True, max_length=200)),
                ('occasions', models.PositiveIntegerField(default=0)),
                ('last_occasion', models.BigIntegerField(default=0)),
                ('last_day', models.DateField()),
            ],
            options={
                'indexes': [models.Index(fields=['last_day'], name='phrase_last_day')],
                'constraints': [models.UniqueConstraint(fields=('digest', 'lang'), name='one_phrase')],
            },
        ),
        migrations.CreateModel(
            name='Asked',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('product', models.BigIntegerField(default=0)),
                ('searches', models.PositiveIntegerField(default=0)),
                ('failed', models.PositiveIntegerField(default=0)),
                ('abandoned', models.IntegerField(default=0)),
                ('opened', models.PositiveIntegerField(default=0)),
                ('reworded', models.PositiveIntegerField(default=0)),
                ('went_to_ask', models.PositiveIntegerField(default=0)),
                ('results', models.PositiveIntegerField(default=0)),
                ('phrase', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='asked', to='search.phrase')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('day', 'phrase', 'product'), name='one_count_a_day')],
            },
        ),
    ]
