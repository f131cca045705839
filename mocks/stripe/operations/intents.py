"""What the operations of payment intents and setup intents do alike with what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe import errors
from mocks.stripe.keys import publishable
from mocks.stripe.operations.payment_methods import MethodData, make
from mocks.stripe.rendering import requested
from mocks.stripe.resources import confirmation_tokens
from mocks.stripe.resources.intents import COLLECTIONS, NAMES
from mocks.stripe.resources.payment_method_types import check_named

if TYPE_CHECKING:
    from harness.params import Json
    from harness.transaction import Transaction
    from mocks.stripe.operations.bank_parameters import MandateData
    from mocks.stripe.operations.intent_parameters import ChangeParams, ConfirmParams, CreateParams


def check_created(tx: Transaction, params: CreateParams, kind: str, confirming: frozenset[str]) -> None:
    """Raise the 400s of a new intent: of its kinds of payment methods, and of what only a confirmation takes."""
    check_named(tx, params.payment_method_types)
    if params.automatic_payment_methods is not None and params.payment_method_types is not None:
        raise errors.exclusive("automatic_payment_methods", "payment_method_types")
    check_configuration(params)
    unused = confirming & params.model_fields_set
    if unused and not params.confirm:
        name = min(unused)
        raise errors.invalid(
            f"The parameter `{name}` cannot be passed when creating a {NAMES[kind]} unless `confirm` is set to true.",
            param=name,
            code=f"{kind}_invalid_parameter",
            rule="only_with_confirm",
        )


def check_configuration(params: ChangeParams) -> None:
    """Raise the 400 for a configuration beside the kinds that it would choose."""
    if params.payment_method_configuration is not None and params.payment_method_types is not None:
        raise errors.exclusive("payment_method_configuration", "payment_method_types")


def begun(tx: Transaction, params: CreateParams, intent: Json, token: Json | None) -> None:
    """Spend the confirmation token of a new intent, and keep whether Stripe.js shows its authentication."""
    if token is not None:
        confirmation_tokens.spend(tx, token, intent)
    if params.use_stripe_sdk or (token is not None and token["use_stripe_sdk"]):
        intent["_"] = {**intent.get("_", {}), "use_stripe_sdk": True}
        tx.save(COLLECTIONS[intent["object"]], intent)


def back_to(params: CreateParams | ConfirmParams, token: Json | None) -> str | None:
    """Return where the payer goes after an authentication: what was sent, else what the token says."""
    return params.return_url or (token or {}).get("return_url")


def found_by_secret(tx: Transaction, kind: str, id: str, secret: str | None) -> Json:
    """Return an intent named in the path; raise the refusals of a wrong secret, or of none with a publishable key."""
    intent = requested(tx, kind, id, param="intent")
    if secret is not None and secret != intent["client_secret"]:
        raise errors.invalid(
            f"The client_secret provided does not match the client_secret associated with the {NAMES[kind]}.",
            param="client_secret",
            code=f"{kind}_invalid_parameter",
            rule="client_secret",
        )
    if secret is None and publishable(tx.request):
        raise errors.missing_parameter("client_secret")
    return intent


def accepted(data: MandateData | None) -> Json | None:
    """Return the mandate that was sent, in the words of the domain functions."""
    return None if data is None else data.given()


def token_of(tx: Transaction, params: CreateParams | ConfirmParams) -> Json | None:
    """Return the confirmation token that an intent is confirmed with, None without one."""
    named = params.confirmation_token
    return None if named is None else confirmation_tokens.usable(tx, named)


def sent(
    tx: Transaction,
    params: ChangeParams | ConfirmParams,
    token: Json | None = None,
    *,
    told: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return what was sent in the words of the domain functions; what it leaves out is told by a confirmation token.

    That is the payment method, and what `told` names. (Stripe API reference: `confirmation_token`.)
    """
    given = _with_method(tx, params.given(), params.payment_method_data)
    given.pop("confirmation_token", None)
    if token is None:
        return given
    named = {name: token[name] for name in told if token[name] is not None}
    return named | {"payment_method": token["_"]["payment_method"]} | given


def _with_method(tx: Transaction, given: dict[str, Any], data: MethodData | None) -> dict[str, Any]:
    """Return an intent's parameters with its payment method as an id, and the options by kind that say something."""
    options = given.pop("payment_method_options", None)
    said = {kind: told for kind, told in (options or {}).items() if told}
    if said:
        given["method_options"] = said
    if data is not None:
        if given.get("payment_method") is not None:
            raise errors.exclusive("payment_method", "payment_method_data")
        del given["payment_method_data"]
        given["payment_method"] = make(tx, data, within="payment_method_data")["id"]
    return given
