"""The groups that give jobs. Wagtail's rights are derived from them by kb."""

from django.db import migrations

JOBS = ["customer", "moderator", "agent", "operator"]


def make(apps, editor):
    group = apps.get_model("auth", "Group")
    for name in JOBS:
        group.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
