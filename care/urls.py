"""My requests, and the desk."""

from django.urls import path

from care.views import desk, escalation, requests

app_name = "care"
urlpatterns = [
    path("requests/", requests.requests, name="requests"),
    path("desk/", desk.desk, name="desk"),
    path("desk/<int:pk>/", desk.case, name="case"),
    path("desk/<int:pk>/take/", desk.take, name="take"),
    path("desk/<int:pk>/release/", desk.release, name="release"),
    path("desk/<int:pk>/reply/", desk.reply, name="reply"),
    path("desk/<int:pk>/close/", desk.close, name="close"),
    path("escalate/<int:thread>/", escalation.escalate, name="escalate"),
]
