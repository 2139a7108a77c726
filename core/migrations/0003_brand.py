"""The brand of a site; operators may change it."""

import django.db.models.deletion
import wagtail.models.preview
from django.db import migrations, models


def give(apps, editor):
    # Permissions are otherwise made after all migrations, too late to be given by one.
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="core", model="brand")
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name="operator")
    right, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename="change_brand", defaults={"name": "Can change brand"}
    )
    group.permissions.add(right)


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_operators'),
        ('wagtailcore', '0098_apitoken'),
        ('wagtailimages', '0027_image_description'),
    ]

    operations = [
        migrations.CreateModel(
            name='Brand',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=40, verbose_name='Name')),
                ('colour', models.CharField(blank=True, max_length=7, verbose_name='Colour')),
                ('welcome', models.JSONField(blank=True, default=dict, editable=False, verbose_name='Words of welcome')),
                ('legal', models.JSONField(blank=True, default=dict, editable=False, verbose_name='Legal links')),
                ('logo', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailimages.image', verbose_name='Logo')),
                ('site', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.CASCADE, to='wagtailcore.site')),
            ],
            options={
                'verbose_name': 'brand',
            },
            bases=(wagtail.models.preview.PreviewableMixin, models.Model),
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
