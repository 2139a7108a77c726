"""The desk's first opening hours and everybody's target; operators change them in the admin."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

WEEK = [[["09:00", "18:00"]]] * 5 + [[], []]


def forwards(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    calendar = apps.get_model("care", "Calendar").objects.create(
        name="Desk", zone="Europe/Paris", week=WEEK, country="FR"
    )
    apps.get_model("care", "Target").objects.create(
        is_default=True, calendar=calendar, take_over_minutes=8 * 60, answer_minutes=4 * 60
    )


def backwards(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("care", "Target").objects.filter(is_default=True).delete()
    calendars = apps.get_model("care", "Calendar").objects
    calendars.filter(name="Desk", targets=None).delete()


class Migration(migrations.Migration):
    dependencies = [("care", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
