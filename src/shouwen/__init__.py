"""首问 Shouwen: the service handbook that runs."""

__version__ = "0.1.0"
