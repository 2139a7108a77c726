"""The guards of the books were set up here; the newest migration that needs them does it now."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rewards", "0005_first_lots")]
    operations: list = []
