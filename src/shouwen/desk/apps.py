from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "shouwen.desk"
    label = "desk"
