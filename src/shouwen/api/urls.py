from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.utils.translation import gettext as _

from shouwen.api import cards, hooks, routes  # noqa: F401  (operations enrol themselves)
from shouwen.api.app import api, problem


def nothing(request: HttpRequest) -> HttpResponse:
    return problem(404, _("There is no such address; see /api/v1/openapi.json."))


urlpatterns = [path("", api.urls), re_path(r"^.*$", nothing)]
