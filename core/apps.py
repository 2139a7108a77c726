from django.apps import AppConfig
from django.contrib.admin import apps as django_admin


class CoreConfig(AppConfig):
    name = "core"
    default = True
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_delete, post_save
        from wagtail.images.models import Image
        from wagtail.models import Site

        from core import health, receivers
        from core.models import Brand
        from core.periodic import periodic

        # Wagtail's own pages write these rows.
        for signal in (post_save, post_delete):
            for sender in (Brand, Site, Image):
                signal.connect(receivers.on_dressed, sender=sender)
        health.part("worker", health.worker)
        periodic("core reconcile", cron="*/5 * * * *", command=["core", "reconcile"])


class AdminConfig(django_admin.AdminConfig):
    """Django's admin with its doors changed: see `core.console`."""

    default = False
    default_site = "core.console.Site"
