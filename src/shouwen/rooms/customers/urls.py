from django.urls import path

from shouwen.rooms.customers import pages

urlpatterns = [
    path("customers", pages.customers),
    path("customers/<int:pk>", pages.customer),
    path("customers/<int:pk>/look", pages.look),
    path("customers/<int:pk>/<slug:name>", pages.add),
    path("customers/<int:pk>/<slug:name>/<int:row>/off", pages.take_off),
]
