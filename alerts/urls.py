from django.urls import path

from alerts import views

app_name = "alerts"
urlpatterns = [
    path("w/<slug:slug>/alerts/", views.lists.alert_list, name="list"),
    path("w/<slug:slug>/alerts/read/", views.lists.alert_read, name="read"),
    path("w/<slug:slug>/alerts/settings/", views.preferences.preferences, name="preferences"),
    path("flags/<uuid:pk>/mute/", views.lists.flag_mute, name="flag-mute"),
    path("alerts/unsubscribe/<str:token>/", views.preferences.unsubscribe, name="unsubscribe"),
    path("w/<slug:slug>/webhooks/", views.webhooks.webhook_list, name="webhooks"),
    path("w/<slug:slug>/webhooks/add/", views.webhooks.webhook_add, name="webhook-add"),
    path("webhooks/<uuid:pk>/", views.webhooks.webhook_detail, name="webhook"),
    path("webhooks/<uuid:pk>/test/", views.webhooks.webhook_test, name="webhook-test"),
    path("webhooks/<uuid:pk>/secret/", views.webhooks.webhook_secret, name="webhook-secret"),
    path("webhooks/<uuid:pk>/pause/", views.webhooks.webhook_pause, name="webhook-pause"),
    path("webhooks/<uuid:pk>/resume/", views.webhooks.webhook_resume, name="webhook-resume"),
    path("webhooks/<uuid:pk>/delete/", views.webhooks.webhook_delete, name="webhook-delete"),
]
