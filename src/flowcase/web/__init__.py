"""The pages and the API: views parse, call a service and render; nothing is decided here."""

from flowcase.web.application import create_app

__all__ = ["create_app"]
