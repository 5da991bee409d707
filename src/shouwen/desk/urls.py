from django.urls import path

from shouwen.desk.views import case, cases, gate, handbook, intake, lookup, printing, promises, settings, today

urlpatterns = [
    path("", today.today),
    path("sign-in", gate.sign_in),
    path("sign-out", gate.sign_out),
    path("language", gate.language),
    path("account", gate.account),
    path("account/password", gate.password),
    path("notices", today.notices),
    path("notices/seen", today.notices_seen),
    path("intake", intake.intake),
    path("intake/<slug:kind>/<slug:step>", intake.opening),
    path("intake/<slug:kind>/<slug:step>/promises", intake.preview_promises),
    path("cases", cases.case_list),
    path("cases/<str:no>", case.case_page),
    path("cases/<str:no>/files/<int:pk>", case.file),
    path("cases/<str:no>/print/<slug:form>", printing.case_form),
    path("cases/<str:no>/<slug:step>", case.take_step),
    path("lookup", lookup.lookup),
    path("promises", promises.promises),
    path("handbook", handbook.handbook),
    path("settings", settings.settings),
    path("settings/policies/<str:key>", settings.policy),
]
