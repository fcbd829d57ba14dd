"""The brake on floods of requests: which addresses asked how often, in the memory of this process."""

from __future__ import annotations

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address


class _WhereAsked(Limiter):
    """Looks at a request only where a view has a limit, not also before every other one."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if not in_middleware:  # there are no limits for everything
            super()._check_request_limit(callable_name, in_middleware)


# Counted in the memory of each process: a brake on floods, no exact account. What counts most is what
# came in; changing rows and correcting fields are page views that only a program does by the hundred.
limiter = _WhereAsked(get_remote_address, storage_uri="memory://", headers_enabled=False)
