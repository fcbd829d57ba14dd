"""What reaches out of the installation, as its settings say: mails, journal, receipts, webhooks, sign-in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from flowcase.config import Config, InvalidSetting
from flowcase.services.proving.checkpoint_sending import Outside
from flowcase.services.sending.journal_delivery import Deliver, FileDrop, Webhook
from flowcase.services.sending.mail_sending import MailFolder, Send, Smtp
from flowcase.services.sending.signed_posts import Reach, UnusableAddress, networks
from flowcase.services.signing_in.oidc_provider import OidcProvider
from flowcase.services.signing_in.single_sign_on import Rules as SignInRules
from flowcase.services.signing_in.single_sign_on import SingleSignOn
from flowcase.services.transactions import Transactions


def journal_delivery(settings: Config) -> Deliver:
    """How documents get to the journal: posted to an address, or dropped in a folder."""
    if not settings.journal_url:
        return FileDrop(settings.journal_folder or settings.home / "journal")
    if settings.journal_folder:
        raise InvalidSetting("FLOWCASE_JOURNAL_URL", "FLOWCASE_JOURNAL_FOLDER is set too; choose one of them")
    try:
        return Webhook(settings.journal_url, settings.journal_secret)
    except UnusableAddress as error:
        raise InvalidSetting("FLOWCASE_JOURNAL_URL", error.because) from None


def checkpoints_outside(settings: Config) -> Outside:
    """Where receipts of checkpoints go, beside the folder."""
    if settings.checkpoint_mail and mail_by(settings) is None:
        raise InvalidSetting(
            "FLOWCASE_CHECKPOINT_MAIL", "there is no mail server: FLOWCASE_SMTP_HOST is not set"
        )
    for address in settings.checkpoint_mail:
        if address.count("@") != 1 or address.startswith("@") or address.endswith("@"):
            raise InvalidSetting("FLOWCASE_CHECKPOINT_MAIL", f"'{address}' is no mail address")
    try:
        return Outside(
            settings.checkpoint_mail,
            settings.mail_from or "flowcase@localhost",
            settings.address,
            settings.checkpoint_url,
            settings.checkpoint_secret,
            settings.checkpoint_language,
        )
    except UnusableAddress as error:
        raise InvalidSetting("FLOWCASE_CHECKPOINT_URL", error.because) from None


def webhook_reach(settings: Config) -> Reach:
    """Where webhooks may go: public addresses, and the private networks that the setting names."""
    try:
        return Reach(networks(settings.webhook_networks))
    except ValueError:
        raise InvalidSetting(
            "FLOWCASE_WEBHOOK_NETWORKS", "it is no list of networks such as 10.2.0.0/16"
        ) from None


def single_sign_on(
    settings: Config, transactions: Transactions, now: Callable[[], dt.datetime]
) -> SingleSignOn:
    """Signing in at the authority's provider, where one is set. `now` is the machine's, as its times are."""
    provider = None
    if settings.oidc_issuer:
        provider = OidcProvider(
            settings.oidc_issuer,
            settings.oidc_client,
            settings.oidc_secret,
            now,
            scopes=settings.oidc_scopes,
        )
    rules = SignInRules(
        settings.oidc_user_claim,
        settings.oidc_groups_claim,
        dict(settings.oidc_groups),
        settings.oidc_makes_people,
    )
    return SingleSignOn(transactions, now, provider, rules, address=settings.address)


def mail_by(settings: Config) -> Send | None:
    """How mails leave: kept in a folder, handed to a mail server, or not at all."""
    if settings.mail_folder or (settings.is_demonstration and not settings.smtp_host):
        return MailFolder(settings.mail_folder or settings.home / "mail")
    if not settings.smtp_host:
        return None
    for name, given in (("FLOWCASE_ADDRESS", settings.address), ("FLOWCASE_MAIL_FROM", settings.mail_from)):
        if not given:
            raise InvalidSetting(name, "it is empty, and FLOWCASE_SMTP_HOST is set")
    if settings.smtp_tls not in ("starttls", "tls", "none"):
        raise InvalidSetting("FLOWCASE_SMTP_TLS", f"'{settings.smtp_tls}' is none of starttls, tls, none")
    if settings.smtp_tls == "none" and settings.smtp_host not in ("localhost", "127.0.0.1", "::1"):
        raise InvalidSetting("FLOWCASE_SMTP_TLS", "without TLS a mail may not leave this machine")
    return Smtp(
        settings.smtp_host, settings.smtp_port, settings.smtp_tls, settings.smtp_user, settings.smtp_password
    )
