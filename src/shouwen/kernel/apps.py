from django.apps import AppConfig
from django.db.models.signals import post_migrate


class KernelConfig(AppConfig):
    """Reads the declarations of all rooms when the product starts, and keeps the journal's triggers in place."""

    name = "shouwen.kernel"
    label = "kernel"

    def ready(self) -> None:
        from shouwen.kernel import consumers, registry, triggers  # noqa: F401  (consumers enrol themselves)

        registry.load()
        post_migrate.connect(triggers.install, sender=self, dispatch_uid="journal triggers")
