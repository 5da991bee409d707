from django.urls import path

from shouwen.rooms.customers import look_log, origins, pages, privacy_pages, taking_in

urlpatterns = [
    path("customers", pages.customers),
    path("customers/import", taking_in.page),
    path("customers/import/runs", taking_in.runs),
    path("customers/import/<int:pk>/undo", taking_in.take_back),
    path("customers/looks", look_log.page),
    path("customers/origins", origins.page),
    path("customers/assessments", privacy_pages.assessment_list),
    path("customers/assessments/new", privacy_pages.assessment),
    path("customers/assessments/<int:pk>", privacy_pages.assessment),
    path("customers/assessments/<int:pk>/print", privacy_pages.assessment_paper),
    path("customers/<int:pk>", pages.customer),
    path("customers/<int:pk>/look", pages.look),
    path("customers/<int:pk>/own-data", pages.own),
    path("customers/<int:pk>/print", pages.card_paper),
    path("customers/<int:pk>/copies", privacy_pages.keep_copy),
    path("customers/<int:pk>/copies/<int:row>", privacy_pages.copy),
    path("customers/<int:pk>/consent", pages.consent),
    path("customers/<int:pk>/merge/<int:other>", pages.merge),
    path("customers/<int:pk>/<slug:name>", pages.add),
    path("customers/<int:pk>/<slug:name>/<int:row>/off", pages.take_off),
]
