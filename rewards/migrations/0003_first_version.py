"""The programme with which every installation starts: 40 credits an accepted answer, pending for 14 days."""

from datetime import UTC, datetime

from django.db import migrations


def forwards(apps, editor):
    programme = apps.get_model("rewards", "Programme").objects.create(slug="members")
    apps.get_model("rewards", "ProgrammeVersion").objects.create(
        programme=programme,
        number=1,
        starts_at=datetime(2020, 1, 1, tzinfo=UTC),
        rules={"accepted_answer": 40_000, "hold_days": 14},
        value_micros=10_000,
        currency="EUR",
    )


class Migration(migrations.Migration):
    dependencies = [("rewards", "0002_books")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
