"""Addresses: the API, then the desk. Neither names a kind; both read the registry."""

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("shouwen.api.urls")),
    path("", include("shouwen.desk.urls")),
]
handler403 = "shouwen.desk.views.errors.forbidden"
handler404 = "shouwen.desk.views.errors.unknown"
handler500 = "shouwen.desk.views.errors.broken"
