from django.apps import AppConfig


class GroundConfig(AppConfig):
    name = "shouwen.ground"
    label = "ground"
