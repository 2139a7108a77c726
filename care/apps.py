from importlib import import_module

from django.apps import AppConfig


class CareConfig(AppConfig):
    name = "care"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core.periodic import periodic

        import_module("care.receivers")
        periodic("care sweep", cron="*/5 * * * *", command=["care", "sweep"])
