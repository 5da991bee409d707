from importlib import import_module
from importlib.util import find_spec

from django.urls import path

from shouwen.desk import urls_office
from shouwen.desk.views import (
    account,
    case,
    cases,
    chips,
    follow,
    gate,
    intake,
    lookup,
    printing,
    several,
    today,
)
from shouwen.kernel.registry import rooms

urlpatterns = [
    path("", today.today),
    path("sign-in", gate.sign_in),
    path("sign-out", gate.sign_out),
    path("follow", follow.follow),
    path("language", gate.language),
    path("account", account.account),
    path("account/password", account.password),
    path("account/notices", account.told),
    path("account/sessions", account.end_session),
    path("account/keys", account.key),
    path("notices", today.notices),
    path("notices/seen", today.notices_seen),
    path("notices/bell", today.bell),
    path("clocks", chips.clocks),
    path("intake", intake.intake),
    path("cases", cases.case_list),
    path("cases/several", several.several),
    path("cases/take-out", cases.take_out),
    path("cases/columns", cases.keep_columns),
    path("cases/views", cases.keep_view),
    path("cases/views/<int:pk>/drop", cases.drop_view),
    path("cases/<str:no>", case.case_page),
    path("cases/<str:no>/here", case.here),
    path("cases/<str:no>/files/<int:pk>", case.file),
    path("cases/<str:no>/print/<slug:form>", printing.case_form),
    path("cases/<str:no>/<slug:step>", case.take_step),
    path("lookup", lookup.lookup),
    path("lookup/places", lookup.places),
    path("lookup/people", lookup.people),
    *urls_office.urlpatterns,
    *(one for room in rooms() if find_spec(f"{room}.urls") for one in import_module(f"{room}.urls").urlpatterns),
]
