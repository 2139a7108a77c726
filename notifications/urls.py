from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.index, name="index"),
    path("read/", views.read, name="read"),
    path("mails/", views.mails, name="mails"),
    path("stop/<str:token>/", views.stop, name="stop"),
]
