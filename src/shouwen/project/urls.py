"""Addresses: the API, the first day, then the desk. None names a kind; the API and the desk read the registry."""

from django.urls import include, path

from shouwen.project import first_run

urlpatterns = [
    path("api/v1/", include("shouwen.api.urls")),
    path("first-run", first_run.first_run),
    path("first-run/done", first_run.done),
    path("", include("shouwen.desk.urls")),
]
handler403 = "shouwen.desk.views.errors.forbidden"
handler404 = "shouwen.desk.views.errors.unknown"
handler500 = "shouwen.desk.views.errors.broken"
