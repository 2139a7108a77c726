from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core.drawn import names
        from core.visitors import stamp
        from events import receivers  # noqa: F401
        from events.latest import latest

        # Parts of pages hold names, and are drawn anew a moment after these changed.
        stamp.stamped_by(lambda: (latest(), names()))
