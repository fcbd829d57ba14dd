"""Signing in at the authority's own provider: leaving for it, coming back, and why that was refused."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, current_app, jsonify, redirect, render_template, request, session, url_for
from flask_login import current_user

from flowcase.services.signing_in.oidc_provider import SignInNotAccepted
from flowcase.web.language import gettext
from flowcase.web.limiting import limiter
from flowcase.web.session import flow
from flowcase.web.signing_in import way_back
from flowcase.web.signing_in.new_sessions import begin_session

blueprint = Blueprint("single_sign_on", __name__, url_prefix="/log-paa/faelles")

REFUSED = "sign_in_refused"  # in the session: why, for the page of the sign-in
_KEPT = "sign_in_begun"


@blueprint.get("")
def begin() -> Any:
    """Leave for the provider; what has to come back with the answer stays in this browser."""
    if not flow().single_sign_on.is_offered:
        return redirect(url_for("account.sign_in"))
    try:
        place, kept = flow().single_sign_on.begin(way_back.asked())
    except SignInNotAccepted as error:
        return _refused(error)
    session[_KEPT] = kept
    return redirect(place)


@blueprint.get("/retur")
def come_back() -> Any:
    """Back from the provider. Whatever began is used up by this, whether it is accepted or not."""
    kept = session.pop(_KEPT, None)
    try:
        arrived = flow().single_sign_on.finish(kept, request.args)
    except SignInNotAccepted as error:
        return _refused(error)
    begin_session(arrived.person, "oidc", arrived.elsewhere)
    return redirect(way_back.back_for(arrived.person.id, kept["back"]), HTTPStatus.SEE_OTHER)


@blueprint.post("/udlogning")
@limiter.limit(
    lambda: current_app.config["SIGN_INS_FAILED"],
    deduct_when=lambda answer: answer.status_code == HTTPStatus.BAD_REQUEST,
)
def signed_out_there() -> Any:
    """The provider itself says that somebody signed out: its token is proof, a cookie would be none."""
    answer = jsonify({})
    try:
        flow().single_sign_on.end_sessions(request.form.get("logout_token", ""))
    except SignInNotAccepted as error:
        answer = jsonify(error="invalid_request", error_description=error.because)
        answer.status_code = HTTPStatus.BAD_REQUEST
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/ud")
def signed_out() -> Any:
    """Signed out here; the provider may still know the person."""
    if current_user.is_authenticated:  # in another tab, since
        return redirect(url_for("inbox.home"))
    elsewhere = flow().single_sign_on.sign_out_address()
    return render_template("signed_out.html", elsewhere=elsewhere, provider=provider_name())


def _refused(error: SignInNotAccepted) -> Any:
    """To the page of the sign-in: nothing of the provider's answer stays in the address."""
    session[REFUSED] = error.because
    return redirect(url_for("account.sign_in"))


def name_if_offered() -> str:
    """What the button of the sign-in says; empty without a provider."""
    return provider_name() if flow().single_sign_on.is_offered else ""


def provider_name() -> str:
    return flow().settings.oidc_name or gettext("kommunens fælles log på")


def why_refused(because: str) -> str:
    """What the person reads: what was wrong and the way on."""
    again = gettext("Prøv igen.")
    words = {
        "state": gettext("Svaret hører ikke til et log på, der er begyndt i denne browser."),
        "late": gettext("Der gik for lang tid, fra du begyndte, til svaret kom."),
        "denied": gettext("Du afbrød, eller det fælles log på gav ikke lov."),
        "code": gettext("Svaret mangler, eller det er brugt før."),
        "replayed": gettext("Svaret er brugt før. Et svar tæller kun én gang."),
        "nonce": gettext("Svaret hører til et andet log på end det, du begyndte."),
        "audience": gettext("Svaret er til et andet system end flowcase."),
        "issuer": gettext("Svaret kommer fra en anden, end flowcase spurgte."),
        "expired": gettext("Svaret er for gammelt."),
        "algorithm": gettext("Svaret er ikke underskrevet, som det skal være."),
        "signature": gettext("Underskriften på svaret passer ikke."),
        "key": gettext("Svaret er underskrevet med en nøgle, som ingen kender."),
        "token": gettext("Svaret kan ikke læses."),
        "unreachable": gettext("Det fælles log på svarer ikke lige nu."),
    }
    if because in words:
        return f"{words[because]} {again}"
    ask = gettext("Kontakt den, der driver flowcase hos jer.")
    people = {
        "unknown": gettext("Du har ingen konto i flowcase."),
        "inactive": gettext("Din konto er lukket."),
        "groups": gettext("Du er ikke i nogen gruppe, der arbejder i flowcase."),
        "name": gettext("Det fælles log på oplyser intet navn, som flowcase kan bruge til en konto."),
        "taken": gettext("Kontoen hører til en anden."),
    }
    return f"{people.get(because, gettext('Det fælles log på gav et svar, der ikke kan bruges.'))} {ask}"
