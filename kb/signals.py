"""What the knowledge base tells the apps above it.

Each signal is sent from one action, inside its transaction: a receiver that raises takes the whole action back.
All carry `now: datetime`. Who published Wagtail does not say: no signal carries `by`.
"""

from django.dispatch import Signal

# article: Article. It went live, for the first time or again; sent each time it is published, changed or not.
article_published = Signal()

# article_id: int, translation_key: UUID, title: str. It is live no longer: withdrawn, or deleted. Its row may be gone.
article_unpublished = Signal()

# task: EditorialTask, article: Article. An article that is live answers a search that found nothing.
search_answered = Signal()
