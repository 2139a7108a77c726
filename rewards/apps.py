from django.apps import AppConfig


class RewardsConfig(AppConfig):
    name = "rewards"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core.periodic import periodic
        from rewards import receivers  # noqa: F401 - connects them

        periodic("rewards settle", cron="15 2 * * *", command=["rewards", "settle"])
