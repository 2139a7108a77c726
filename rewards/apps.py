from django.apps import AppConfig


class RewardsConfig(AppConfig):
    name = "rewards"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core.periodic import periodic
        from rewards import receivers, tasks  # noqa: F401 - connects and declares them

        # Daily though a month is booked once: whoever was down on the first catches up.
        periodic("rewards pool", cron="5 1 * * *", command=["rewards", "pool"])
        periodic("rewards royalties", cron="25 1 * * *", command=["rewards", "royalties"])
        # Before what is due settles.
        periodic("rewards detect", cron="45 1 * * *", command=["rewards", "detect"])
        periodic("rewards settle", cron="15 2 * * *", command=["rewards", "settle"])
        periodic("rewards expire", cron="45 2 * * *", command=["rewards", "expire"])
        periodic("rewards badges", cron="15 3 * * *", command=["rewards", "badges"])
        periodic("rewards board", cron="5 * * * *", command=["rewards", "board"])
        periodic("ledger seal", cron="*/15 * * * *", command=["ledger", "seal"])
        # After what was sealed.
        periodic("rewards figures", cron="5-59/15 * * * *", command=["rewards", "figures"])
        periodic("rewards retention", cron="15 3 * * *", command=["rewards", "retention"])
        # Often, since providers answer when they like; what a run does by its dates takes one of these a day.
        periodic("rewards payouts", cron="*/10 * * * *", command=["rewards", "payouts"])
