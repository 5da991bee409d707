from django.urls import path

from shouwen.rooms.estate import pages

urlpatterns = [
    path("estate", pages.estate),
    path("estate/<int:pk>", pages.building),
    path("estate/<int:pk>/lay-out", pages.lay_out),
    path("estate/places/<int:pk>", pages.place),
]
