from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "shouwen.kernel"
    label = "kernel"

    def ready(self) -> None:
        from shouwen.kernel import registry

        registry.load()
