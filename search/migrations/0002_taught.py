"""Synonyms and pinned answers; whoever edits help articles may edit them."""

import wagtail.models.preview
from django.db import migrations, models

RIGHTS = [f"{verb}_{model}" for model in ("synonyms", "pin") for verb in ("view", "add", "change", "delete")]


def give(apps, editor):
    # Permissions are otherwise made after all migrations, too late to be given by one.
    for name in ("moderator", "operator"):
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        for codename in RIGHTS:
            verb, model = codename.split("_")
            kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="search", model=model)
            right, _ = apps.get_model("auth", "Permission").objects.get_or_create(
                content_type=kind, codename=codename, defaults={"name": f"Can {verb} {model}"}
            )
            group.permissions.add(right)


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('search', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Pin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lang', models.CharField(choices=[('en', 'English'), ('fr', 'French')], max_length=10, verbose_name='Language of the reader')),
                ('note', models.CharField(blank=True, help_text='Why, for whoever reads this later. Nobody else sees it.', max_length=200, verbose_name='Note')),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('queries', models.TextField(help_text='One a line. Order, accents, plurals and small words make no difference.', max_length=5000, verbose_name='Searches')),
                ('exact', models.BooleanField(default=False, help_text='Otherwise it also holds for longer searches with all of these words in them.', verbose_name='Only when nothing else is asked')),
                ('found', models.JSONField(default=list, editable=False)),
            ],
            options={
                'verbose_name': 'pinned answer',
                'verbose_name_plural': 'pinned answers',
                'ordering': ['lang', 'id'],
            },
            bases=(wagtail.models.preview.PreviewableMixin, models.Model),
        ),
        migrations.CreateModel(
            name='Synonyms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lang', models.CharField(choices=[('en', 'English'), ('fr', 'French')], max_length=10, verbose_name='Language of the reader')),
                ('note', models.CharField(blank=True, help_text='Why, for whoever reads this later. Nobody else sees it.', max_length=200, verbose_name='Note')),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('words', models.TextField(help_text='One line for each meaning: “box, router, modem” for words that mean the same, “mdp => password” where the first should also find the second but not the other way round. Up to 200 lines.', max_length=10000, verbose_name='Words')),
            ],
            options={
                'verbose_name': 'set of synonyms',
                'verbose_name_plural': 'synonyms',
                'ordering': ['lang', 'id'],
            },
            bases=(wagtail.models.preview.PreviewableMixin, models.Model),
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
