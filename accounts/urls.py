from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.home, name="home"),
    path("export/", views.export, name="export"),
    path("erase/", views.erase, name="erase"),
    path("erased/", views.erased, name="erased"),
    path("outbox/", views.outbox_list, name="outbox"),
    path("outbox/<slug:name>/<int:number>/", views.outbox_mail, name="outbox_mail"),
    path("outbox/<slug:name>/<int:number>/html/", views.outbox_html, name="outbox_html"),
    path("first-operator/<str:token>/", views.first_operator_page, name="first_operator"),
    path("members/<int:pk>/suspension/", views.suspend, name="suspend"),
]
