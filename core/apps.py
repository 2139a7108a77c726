from django.apps import AppConfig
from django.contrib.admin import apps as django_admin


class CoreConfig(AppConfig):
    name = "core"
    default = True
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core import health
        from core.periodic import periodic

        health.part("worker", health.worker)
        periodic("core reconcile", cron="*/5 * * * *", command=["core", "reconcile"])


class AdminConfig(django_admin.AdminConfig):
    """Django's admin with its doors changed: see `core.console`."""

    default = False
    default_site = "core.console.Site"
