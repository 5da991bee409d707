from django.apps import AppConfig
from django.db.models.signals import post_migrate


class GroundConfig(AppConfig):
    """Who and where; keeps the search index of the database in place."""

    name = "shouwen.ground"
    label = "ground"

    def ready(self) -> None:
        from shouwen.ground import search

        post_migrate.connect(search.install, sender=self, dispatch_uid="search index")
