"""Addresses of the pages for those who lead: the report of promises, the handbook, the settings."""

from django.urls import path

from shouwen.desk.views import (
    calendars,
    cards,
    connections,
    handbook,
    people,
    printing,
    promises,
    settings,
    state,
    wording,
)

urlpatterns = [
    path("promises", promises.promises),
    path("papers", printing.papers),
    path("papers/<int:pk>", printing.papers_file),
    path("handbook", handbook.handbook),
    path("handbook/kinds/<slug:key>", handbook.kind),
    path("handbook/<str:key>", handbook.clause),
    path("settings", settings.settings),
    path("settings/policies", settings.policies),
    path("settings/policies/<str:key>", settings.policy),
    path("settings/people", people.people),
    path("settings/people/<str:number>", people.person),
    path("settings/people/<str:number>/account", people.account),
    path("settings/people/<str:number>/hand-over", people.hand_over),
    path("settings/offices", people.offices),
    path("settings/offices/give", people.appoint),
    path("settings/cards/<slug:name>", cards.cards),
    path("settings/cards/<slug:name>/new", cards.card),
    path("settings/cards/<slug:name>/<str:pk>", cards.card),
    path("settings/organization", cards.organization),
    path("settings/places", cards.places),
    path("settings/calendars", calendars.calendars),
    path("settings/calendars/<slug:key>", calendars.calendar),
    path("settings/connections", connections.connections),
    path("settings/connections/token", connections.token),
    path("settings/connections/webhook", connections.webhook),
    path("settings/notices", wording.wording),
    path("settings/numbers", state.numbers),
    path("settings/work", state.work),
    path("settings/journal", state.journal),
    path("settings/storage", state.storage),
]
