"""Operators may open the administration, see background tasks, and run a failed one again."""

from django.db import migrations

RIGHTS = {
    "view_task": "Can view background task",
    "rerun_task": "May run a failed background task again",
    "open_admin": "May open the technical administration",
}


def give(apps, editor):
    # Permissions are otherwise made after all migrations, too late to be given by one.
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="core", model="task")
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name="operator")
    for codename, name in RIGHTS.items():
        right, _ = apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=kind, codename=codename, defaults={"name": name}
        )
        group.permissions.add(right)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
