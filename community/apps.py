from django.apps import AppConfig


class CommunityConfig(AppConfig):
    name = "community"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from community import receivers  # noqa: F401
        from community.search_source import ThreadSource, products, topics
        from core.periodic import periodic
        from search.documents import declare, declare_products, declare_topics

        declare(ThreadSource())
        declare_products(products)
        declare_topics(topics)
        periodic("community sweep", cron="17 * * * *", command=["community", "sweep"])
        periodic("community reconcile", cron="41 3 * * *", command=["community", "reconcile"])
