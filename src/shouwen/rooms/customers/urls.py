from django.urls import path

from shouwen.rooms.customers import look_log, pages, taking_in

urlpatterns = [
    path("customers", pages.customers),
    path("customers/import", taking_in.page),
    path("customers/import/runs", taking_in.runs),
    path("customers/import/<int:pk>/undo", taking_in.take_back),
    path("customers/looks", look_log.page),
    path("customers/<int:pk>", pages.customer),
    path("customers/<int:pk>/look", pages.look),
    path("customers/<int:pk>/own-data", pages.own),
    path("customers/<int:pk>/consent", pages.consent),
    path("customers/<int:pk>/merge/<int:other>", pages.merge),
    path("customers/<int:pk>/<slug:name>", pages.add),
    path("customers/<int:pk>/<slug:name>/<int:row>/off", pages.take_off),
]
