"""Addresses of the pages for those who lead: the report of promises, the handbook, the settings."""

from django.urls import path

from shouwen.desk.views import handbook, promises, settings

urlpatterns = [
    path("promises", promises.promises),
    path("handbook", handbook.handbook),
    path("handbook/kinds/<slug:key>", handbook.kind),
    path("handbook/<str:key>", handbook.clause),
    path("settings", settings.settings),
    path("settings/policies/<str:key>", settings.policy),
]
