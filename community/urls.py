"""Addresses of the community, under /<language>/community/."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_safe

from community import feeds
from community.views import acts, adopting, answering, asking, cards, editing, lists, moderating, people, threads

app_name = "community"
urlpatterns = [
    path("", lists.thread_list, name="list"),
    path("about/<slug:product>/", lists.thread_list, name="product"),
    path("about/<slug:product>/feed/", require_safe(feeds.ProductFeed()), name="product_feed"),
    path("about/<slug:product>/<slug:topic>/", lists.thread_list, name="topic"),
    path("about/<slug:product>/card-<slug:version>.png", cards.thread_list, name="product_card"),
    path("card-<slug:version>.png", cards.thread_list, name="list_card"),
    path("feed/", require_safe(feeds.NewestFeed()), name="feed"),
    path("ask/", asking.ask, name="ask"),
    path("ask/solved/", asking.solved, name="solved"),
    path("preview/", asking.preview, name="preview"),
    path("pictures/", asking.upload, name="upload"),
    path("drafts/", asking.draft, name="draft"),
    path("yours/", people.owned, name="owned"),
    path("people/<int:pk>/", people.member, name="member"),
    path("reports/", moderating.reports, name="reports"),
    path("reports/<str:kind>/<int:pk>/", moderating.decide, name="decide"),
    path("report/<str:kind>/<int:pk>/", moderating.report, name="report"),
    path("t/<slug:ref>/", threads.thread, name="thread"),
    path("t/<int:pk>/card-<slug:version>.png", cards.thread, name="thread_card"),
    path("t/<int:pk>/seen/", threads.seen, name="seen"),
    path("t/<int:pk>/near/", threads.near, name="near"),
    path("t/<int:pk>/feed/", require_safe(feeds.ThreadFeed()), name="thread_feed"),
    path("t/<int:pk>/answer/", answering.answer, name="answer"),
    path("t/<int:pk>/me-too/", acts.me_too, name="me_too"),
    path("t/<int:pk>/follow/", acts.follow, name="follow"),
    path("t/<int:pk>/not-solved/", acts.not_solved, name="not_solved"),
    path("t/<int:pk>/adopt/", adopting.adopt, name="adopt"),
    path("t/<int:pk>/unadopt/", adopting.unadopt, name="unadopt"),
    path("t/<int:pk>/undo/", acts.undo, name="undo"),
    path("t/<int:pk>/steer/<slug:what>/", moderating.steer, name="steer"),
    path("posts/<int:pk>/", threads.post, name="post"),
    path("posts/<int:pk>/helpful/", acts.helpful, name="helpful"),
    path("posts/<int:pk>/accept/", acts.accept, name="accept"),
    path("posts/<int:pk>/comment/", answering.comment, name="comment"),
    path("posts/<int:pk>/edit/", editing.edit, name="edit"),
    path("posts/<int:pk>/history/", editing.history, name="history"),
    path("posts/<int:pk>/remove/", moderating.remove, name="remove"),
    path("posts/<int:pk>/restore/", moderating.restore, name="restore"),
    path("comments/<int:pk>/remove/", moderating.remove_comment, name="remove_comment"),
]
