"""Operators may see who there is and what they agreed to."""

from django.db import migrations

RIGHTS = {"user": ["view_user"], "member": ["view_member"], "consent": ["view_consent"]}


def give(apps, editor):
    # Permissions are otherwise made after all migrations, too late to be given by one.
    group = apps.get_model("auth", "Group").objects.get(name="operator")
    for model, codenames in RIGHTS.items():
        kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="accounts", model=model)
        for codename in codenames:
            right, _ = apps.get_model("auth", "Permission").objects.get_or_create(
                content_type=kind, codename=codename, defaults={"name": f"Can {codename.replace('_', ' ')}"}
            )
            group.permissions.add(right)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_jobs"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
