from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core.health import part
        from core.periodic import periodic
        from search import receivers
        from search.health import index_ready, writer_ready

        receivers.connect()
        part("index", index_ready)
        part("search writer", writer_ready)
        periodic("search check", cron="20 3 * * *", command=["search", "check", "--mend"])
        periodic("search forget", cron="50 3 * * *", command=["search", "forget"])
