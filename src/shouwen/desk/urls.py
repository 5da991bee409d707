from django.urls import path

from shouwen.desk import urls_office
from shouwen.desk.views import (
    case,
    cases,
    follow,
    gate,
    intake,
    lookup,
    printing,
    several,
    today,
)

urlpatterns = [
    path("", today.today),
    path("sign-in", gate.sign_in),
    path("sign-out", gate.sign_out),
    path("follow", follow.follow),
    path("language", gate.language),
    path("account", gate.account),
    path("account/password", gate.password),
    path("notices", today.notices),
    path("notices/seen", today.notices_seen),
    path("notices/bell", today.bell),
    path("intake", intake.intake),
    path("cases", cases.case_list),
    path("cases/several", several.several),
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
]
