"""Addresses of the knowledge base that are no pages of Wagtail. Under `help/`."""

from django.urls import path

from kb import searches, views

app_name = "kb"
urlpatterns = [
    path("answers/<int:post_id>/promote/", views.promote_answer, name="promote"),
    path("articles/<int:page_id>/", views.article, name="article"),
    path("articles/<int:page_id>/card-<slug:version>.png", views.card, name="card"),
    path("articles/<int:page_id>/helped/", views.helped, name="helped"),
    path("articles/<int:page_id>/credits/", views.credits, name="credits"),
    path("searches/", searches.searches, name="searches"),
    path("searches/tasks/", searches.open_task, name="open_task"),
    path("searches/tasks/<int:pk>/", searches.task, name="task"),
    path("searches/told/", searches.want, name="want"),
    path("reviews/<int:page_id>/", views.review, name="review"),
]
