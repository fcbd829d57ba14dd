"""Which HTTP status tells which error."""

from __future__ import annotations

from http import HTTPStatus

from flowcase import errors
from flowcase.services.signing_in.api_limits import TooManyRequests
from flowcase.services.signing_in.kept_answers import KeyUsedOtherwise
from flowcase.services.signing_in.oidc_provider import SignInNotAccepted
from flowcase.services.signing_in.people import SignInFailed
from flowcase.services.signing_in.second_factors import CodeRefused
from flowcase.services.transactions import (
    DatabaseBusy,
    DatabaseFull,
    DatabaseLost,
    DatabaseSlow,
    DatabaseUnready,
    OutcomeUnknown,
    SealBroken,
    SessionShared,
)
from flowcase.web.pdf import PdfUnavailable

# The one table of HTTP statuses; every error class has its nearest ancestor's.
STATUS: dict[type[Exception], HTTPStatus] = {
    errors.Erased: HTTPStatus.GONE,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.SavedElsewhere: HTTPStatus.CONFLICT,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.Refused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.InvalidValues: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.InvalidDefinition: HTTPStatus.UNPROCESSABLE_ENTITY,
    SignInFailed: HTTPStatus.UNAUTHORIZED,
    CodeRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    SignInNotAccepted: HTTPStatus.FORBIDDEN,
    DatabaseBusy: HTTPStatus.SERVICE_UNAVAILABLE,
    DatabaseLost: HTTPStatus.SERVICE_UNAVAILABLE,
    DatabaseSlow: HTTPStatus.SERVICE_UNAVAILABLE,
    SessionShared: HTTPStatus.SERVICE_UNAVAILABLE,
    DatabaseFull: HTTPStatus.INSUFFICIENT_STORAGE,
    OutcomeUnknown: HTTPStatus.SERVICE_UNAVAILABLE,
    DatabaseUnready: HTTPStatus.SERVICE_UNAVAILABLE,
    SealBroken: HTTPStatus.INTERNAL_SERVER_ERROR,
    PdfUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    KeyUsedOtherwise: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.FlowcaseError: HTTPStatus.BAD_REQUEST,
}


def status_of(error: errors.FlowcaseError) -> HTTPStatus:
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
