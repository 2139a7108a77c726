from django.db import migrations

from core.triggers import append_only
from rewards.triggers import books


class Migration(migrations.Migration):
    dependencies = [("rewards", "0001_initial")]
    operations = [
        append_only("rewards_entry"),
        append_only("rewards_transfer"),
        append_only("rewards_programmeversion"),
        books(),
    ]
