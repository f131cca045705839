"""Ways in which the integration layer may be broken, each a change of a few words of its source: do its contracts see it?

Functions and constants are made anew from the changed source and take the place of those that are there, for as long as one
test of the contracts runs; that test must then fail.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from integrations.errors import WebhookRejectedError
from tests.integrations.layer import Layer
from tests.integrations.stubs import sign_resend, sign_stripe


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change of a module's source, and the test that must fail for it: `<pact>.<function>`, or one of `CHECKS`."""

    module: str
    old: str
    new: str
    test: str

    def __str__(self) -> str:
        return f"{self.module}: {' '.join(self.old.split())[:40]} > {' '.join(self.new.split())[:40]}"


def _all(module: str, *changes: tuple[str, str, str]) -> list[Mutant]:
    return [Mutant(module, old, new, test) for old, new, test in changes]


STRIPE = _all(
    "billing.stripe_gateway",
    ('"name": name,\n            "email": email,\n            "meta', '"name": name,\n            "meta', "stripe.a_customer_is_created"),
    ('"metadata": {ORGANISATION_KEY: organisation_id},\n        }\n        return customer', "}\n        return customer", "stripe.a_customer_is_created"),
    ("v1.customers.retrieve(customer_id))", "v1.customers.delete(customer_id))", "stripe.a_customer_is_read"),
    ("v1.customers.delete(customer_id))", "v1.customers.retrieve(customer_id))", "stripe.a_customer_is_deleted"),
    ('{"invoice_settings": {"default_payment_method": payment_method_id}}', '{"default_source": payment_method_id}', "stripe.a_payment_method_becomes_the_default"),
    ('"mode": "subscription",', '"mode": "payment",', "stripe.a_checkout_page_is_opened"),
    ('"quantity": 1}', '"quantity": 100}', "stripe.a_checkout_page_is_opened"),
    ('"subscription_data": {"metadata": {ORGANISATION_KEY: organisation_id}},', "", "stripe.a_checkout_page_is_opened"),
    ('{"expand": ["schedule"]}', "{}", "stripe.a_subscription_is_read_with_its_items_period"),
    ("v1.invoices.pay(invoice_id, None,", "v1.invoices.void_invoice(invoice_id, None,", "stripe.an_invoice_is_paid"),
    ('"status": "all", ', "", "stripe_billing.subscriptions_are_listed"),
)  # fmt: skip
CALLS = _all(
    "billing.stripe_calls",
    ("code=error.code,", "code=None,", "stripe.a_customer_who_is_not_there_is_told_by_code"),
    ("return PaymentDeclinedError(refusal)", "return ProviderRefusedError(refusal)", "stripe.a_declined_card_is_told_by_code"),
    ("else RateLimitedError(refusal)", "else ProviderRefusedError(refusal)", "stripe.too_many_requests_are_told_apart"),
)  # fmt: skip
RESEND = _all(
    "mail.resend_gateway",
    ('"from": mail.sender', '"sender": mail.sender', "resend.a_mail_is_sent"),
    ('"to": [mail.recipient]', '"to": mail.recipient', "resend.a_mail_is_sent"),
    ('{"name": name, "value": value}', '{"key": name, "value": value}', "resend.a_mail_is_sent"),
    ('{"idempotency_key": idempotency_key}', "{}", "resend.a_mail_is_sent"),
    ("return RateLimitedError(refusal)", "return ProviderRefusedError(refusal)", "resend.too_many_requests_say_when_to_come_again"),
    ("code=error.error_type,", "code=error.message,", "resend.a_foreign_sender_is_refused"),
)  # fmt: skip
CLERK = _all(
    "identity.clerk_gateway",
    ("clerk.users.delete(user_id=user_id)", "clerk.users.ban(user_id=user_id)", "clerk.a_user_is_deleted"),
    ("if error.status != 404:", "if error.status != 410:", "clerk.a_user_who_is_not_there_is_none"),
    ("organization_id=organisation_id, user_id=[user_id]", "organization_id=organisation_id", "clerk.a_membership_tells_the_role"),
    ("person.user_id == user_id", "person.user_id != user_id", "clerk.a_membership_tells_the_role"),
)  # fmt: skip
MUX = _all(
    "video.mux_gateway",
    ("playback_policies=[_policy(signed=signed)], passthrough=passthrough", "passthrough=passthrough", "mux.an_upload_is_opened"),
    ("cors_origin=cors_origin,\n", "\n", "mux.an_upload_is_opened"),
    ("cancel_direct_upload(upload_id)", "get_direct_upload(upload_id)", "mux.an_upload_is_cancelled"),
    ('f"{days}:days"', 'f"{days}:hours"', "mux.an_assets_figures_are_read"),
)  # fmt: skip
ALGOLIA = _all(
    "search.algolia_gateway",
    ('"action": "updateObject"', '"action": "partialUpdateObject"', "algolia.records_are_saved_and_deleted_at_once"),
    ('{"objectID": object_id}', '{"id": object_id}', "algolia.records_are_saved_and_deleted_at_once"),
    ('"operation": "copy"', '"operation": "move"', "algolia.an_index_gets_anothers_rules"),
    ('"operation": "move"', '"operation": "copy"', "algolia.an_index_takes_anothers_place"),
)  # fmt: skip
INSIGHTIQ = _all(
    "creators.insightiq_gateway",
    ('"order": "DESCENDING"', '"order": "ASCENDING"', "insightiq.creators_are_found"),
    ('"flagging_criteria_id": criteria_id,', "", "insightiq.a_screening_is_begun"),
    ('"identifier": handle,', '"handle": handle,', "insightiq.an_analysis_is_begun"),
    ('"products": ["IDENTITY", "ENGAGEMENT"]', '"products": []', "insightiq.a_browsers_token_is_made"),
)  # fmt: skip
CINT = _all(
    "studies.cint_gateway",
    ('{"Cint-API-Version": API_VERSION}', "{}", "cint.a_project_is_created"),
    ('{"idempotency-key": key}', "{}", "cint.a_project_is_created"),
    ('{"If-Match": etag}', "{}", "cint.a_run_is_completed"),
    ('"grant_type": "client_credentials",', '"grant_type": "password",', "cint.a_token_is_obtained"),
    ('body = {"id": rid, "status": status}', 'body = {"id": rid, "status": str(status)}', "cint_respondents.an_outcome_is_reported"),
    ('"collects_pii": False,\n            "filling', '"filling', "cint.a_target_group_is_created"),
)  # fmt: skip
VERCEL = _all(
    "deployment.vercel_gateway",
    ('params={"upsert": "true"}', "params={}", "vercel.a_variable_is_added"),
    ('"PATCH", f"/v9', '"POST", f"/v9', "vercel.a_variable_is_changed"),
    ('params={"decrypt": "true"}', "params={}", "vercel.variables_are_read"),
)  # fmt: skip
WEBHOOKS = [
    *_all("webhooks.stripe", ('"checkout.session.completed"', '"checkout.completed"', "webhook.stripes_events_are_understood")),
    *_all("webhooks.clerk", ('kind == "organizationMembership"', 'kind == "membership"', "webhook.clerks_events_are_understood")),
    *_all("webhooks.mux", ('case ["video", "upload", _]', 'case ["video", "uploads", _]', "webhook.muxs_events_are_understood")),
    *_all("webhooks.resend", ("MAIL_EVENTS.get(event.type)", "MAIL_EVENTS.get(event.type.upper())", "webhook.resends_events_are_understood")),
    *_all("webhooks.insightiq", ("return self._creators.refresh_job(event.data.job_id)", "return False", "webhook.insightiqs_events_are_understood")),
    *_all("webhooks.cint", ('event.data.get("target_group_id")', 'event.data.get("group_id")', "webhook.cints_events_are_understood")),
    *_all("webhooks.stripe", ("self._stripe.construct_event(payload, signature, self._secret)", "pass", "a_forged_delivery_of_stripes_is_refused")),
    *_all("webhooks.svix_delivery", ("webhook.verify(payload, headers)", "pass", "a_forged_delivery_of_clerks_is_refused")),
    *_all("webhooks.svix_delivery", ("        webhook.verify(payload, headers)\n", "        pass\n", "a_forged_delivery_of_resends_is_refused")),
    *_all("webhooks.signatures", ("return any(", "return True or any(", "forged_digests_are_refused")),
    *_all("webhooks.signatures", ("> TOLERANCE", "> TOLERANCE * 100", "an_old_delivery_of_muxs_is_refused")),
    *_all("webhooks.inbox", ("kept.status is InboxStatus.PROCESSED", "kept.status is InboxStatus.FAILED", "an_event_takes_effect_once")),
]  # fmt: skip
MUTANTS = [*STRIPE, *CALLS, *RESEND, *CLERK, *MUX, *ALGOLIA, *INSIGHTIQ, *CINT, *VERCEL, *WEBHOOKS]

BODY = json.dumps(
    {"id": "evt_1", "type": "customer.updated", "data": {"object": {"id": "cus_1", "object": "customer"}}}
)


def _refused(deliver: Callable[[], object]) -> None:
    try:
        deliver()
    except WebhookRejectedError as error:
        assert error.status == 400, "it is refused for another reason than its signature"  # noqa: PT017 - it may not come
        return
    raise AssertionError("the delivery is let in")


def _forged_stripe(layer: Layer) -> None:
    _refused(lambda: layer.services.stripe_webhooks.receive(BODY.encode(), sign_stripe(BODY + " ")))


def _forged_clerk(layer: Layer) -> None:
    _refused(lambda: layer.services.clerk_webhooks.receive(BODY.encode(), sign_resend(BODY + " ", "msg_1")))


def _forged_resend(layer: Layer) -> None:
    _refused(lambda: layer.services.resend_webhooks.receive(BODY.encode(), sign_resend(BODY + " ", "msg_1")))


def _forged_digests(layer: Layer) -> None:
    _refused(lambda: layer.services.insightiq_webhooks.receive(BODY.encode(), "00" * 32))


def _old_mux(layer: Layer) -> None:
    from tests.integrations.mux_stub import sign_stamped

    signature = sign_stamped(BODY, layer.clock.now())
    layer.clock.elapsed += 400
    _refused(lambda: layer.services.mux_webhooks.receive(BODY.encode(), signature))


def _once(layer: Layer) -> None:
    event = json.loads(BODY)
    assert [layer.deliver_stripe(event) for _ in range(2)] == ["ignored", "duplicate"]


CHECKS: dict[str, Callable[[Layer], None]] = {
    "a_forged_delivery_of_stripes_is_refused": _forged_stripe,
    "a_forged_delivery_of_clerks_is_refused": _forged_clerk,
    "a_forged_delivery_of_resends_is_refused": _forged_resend,
    "forged_digests_are_refused": _forged_digests,
    "an_old_delivery_of_muxs_is_refused": _old_mux,
    "an_event_takes_effect_once": _once,
}


def wants_layer(test: str) -> bool:
    """Tell whether a test has invented providers around the layer: those of pacts have Pact's own, and want no others."""
    return test in CHECKS or test.startswith("webhook.")


def run(test: str, layer: Layer | None) -> None:
    """Run the test that a mutant names; `layer` where it wants one."""
    if test in CHECKS:
        assert layer is not None
        CHECKS[test](layer)
        return
    told_by(test)(*([] if layer is None else [layer]))


def told_by(test: str) -> Callable[..., None]:
    """Return the test of a pact that a mutant names."""
    pact, _, name = test.partition(".")
    provider, _, part = pact.partition("_")
    file = "webhook_pacts" if pact == "webhook" else f"{provider}_pact_{part}".removesuffix("_")
    found: Callable[..., None] = getattr(import_module(f"tests.contracts.test_{file}"), f"test_{name}")
    return found


@contextmanager
def broken(mutant: Mutant) -> Iterator[None]:
    """Break the layer for as long as the block runs."""
    module = import_module(f"integrations.{mutant.module}")
    source = Path(str(module.__file__)).read_text("utf-8")
    assert mutant.old in source, f"{mutant}: the source has changed, so must the mutant"
    changed = ModuleType(module.__name__)
    exec(compile(source.replace(mutant.old, mutant.new, 1), str(module.__file__), "exec"), changed.__dict__)
    swapped = [
        (old, old.__code__, new.__code__)
        for old, new in _functions(module, changed)
        if not _same(old.__code__, new.__code__)
    ]
    plain = _constants(module, changed)
    assert swapped or plain, f"{mutant}: no function and no constant is another one"
    for old, _, code in swapped:
        old.__code__ = code
    for name, (_, value) in plain.items():
        setattr(module, name, value)
    try:
        yield
    finally:
        for old, code, _ in swapped:
            old.__code__ = code
        for name, (before, _) in plain.items():
            setattr(module, name, before)


def _same(old: CodeType, new: CodeType) -> bool:
    """Tell whether two pieces of code do the same; that one of them has run before, which changes it inside, does not count."""
    if (old.co_code, old.co_names, len(old.co_consts)) != (new.co_code, new.co_names, len(new.co_consts)):
        return False
    pairs = zip(old.co_consts, new.co_consts, strict=True)
    return all(
        _same(one, other)
        if isinstance(one, CodeType) and isinstance(other, CodeType)
        else (type(one), one) == (type(other), other)
        for one, other in pairs
    )


def _constants(module: ModuleType, changed: ModuleType) -> dict[str, tuple[Any, Any]]:
    """Return the constants of a module that are others in the changed one: by name, as they were and as they are."""
    return {
        name: (vars(module)[name], new)
        for name, new in vars(changed).items()
        if not name.startswith("__") and _is_plain(new) and vars(module).get(name) != new
    }


def _is_plain(value: Any) -> bool:
    """Tell whether a value is made of texts and numbers alone."""
    if isinstance(value, dict):
        return all(_is_plain(each) for each in (*value, *value.values()))
    if isinstance(value, tuple | frozenset | list):
        return all(map(_is_plain, value))
    return isinstance(value, str | int | float)


def _functions(module: ModuleType, changed: ModuleType) -> Iterator[tuple[FunctionType, FunctionType]]:
    """Pair the functions of a module, and those of its classes, with those of the changed one."""
    for name, new in vars(changed).items():
        old = vars(module).get(name)
        if (
            isinstance(new, FunctionType)
            and isinstance(old, FunctionType)
            and new.__module__ == module.__name__
        ):
            yield old, new
        elif isinstance(new, type) and isinstance(old, type) and new.__module__ == module.__name__:
            for method, function in vars(new).items():
                before = vars(old).get(method)
                if isinstance(function, FunctionType) and isinstance(before, FunctionType):
                    yield before, function
