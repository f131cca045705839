"""clerk-backend-api, unmodified, against a running server: every operation that is served."""

from collections.abc import Iterator
from typing import Any

import pytest
from clerk_backend_api import Clerk, models

from tests.harness.serving import Served
from tests.mocks.clerk.room import ENROLMENT, FACTORS, MACHINES, backend_operations
from tests.mocks.clerk.visiting import PAGE, Visit

World = dict[str, Any]

# The SDK warns of itself: it reads its own deprecated parameters to build a query.
pytestmark = pytest.mark.filterwarnings("ignore:.*DEPRECATED:DeprecationWarning")

NOT_IN_THE_SDK = {"getHealth"}


@pytest.fixture
def sdk(fresh_world: World) -> Iterator[Clerk]:
    env = fresh_world["env"]
    address = f"{env['CLERK_API_URL']}/v1"
    # Its own limit is five seconds, after which it asks again, even for what is no harmless thing to do twice.
    with Clerk(bearer_auth=env["CLERK_SECRET_KEY"], server_url=address, timeout_ms=120_000) as client:
        yield client


def called(server: Served, world: World) -> set[str]:
    """Return the operations that the world has been asked for."""
    found = server.control("GET", f"/worlds/{world['id']}/requests", limit=500)["requests"]
    return {each["operation"] for each in found}


def test_every_operation_that_is_served(sdk: Clerk, server: Served, fresh_world: World) -> None:
    ada = users(sdk)
    organization = organizations(sdk, ada)
    invitations(sdk, ada, organization)
    sessions(sdk, ada, organization)
    settings(sdk)
    deleted = sdk.organizations.delete(organization_id=organization)
    assert (deleted.object, deleted.deleted) == ("organization", True)
    assert sdk.users.delete(user_id=ada).deleted is True
    assert (
        called(server, fresh_world) == backend_operations() - NOT_IN_THE_SDK - ENROLMENT - MACHINES - FACTORS
    )


def users(sdk: Clerk) -> str:
    ada = sdk.users.create(
        email_address=["ada@northwind.test"],
        phone_number=["+15555550100"],
        first_name="Ada",
        last_name="Byron",
        password="correct horse",
        public_metadata={"role": "admin", "plan": {"seats": 3}},
    )
    assert ada.email_addresses[0].email_address == "ada@northwind.test"
    assert ada.email_addresses[0].verification.status == "verified"
    assert [each.id for each in sdk.users.list(request={"limit": 100, "order_by": "-created_at"})] == [ada.id]
    assert sdk.users.list(request={"email_address": ["nobody@northwind.test"]}) == []
    assert sdk.users.count(request={"query": "byron"}).total_count == 1
    assert sdk.users.get(user_id=ada.id) == ada
    merged = sdk.users.update_metadata(
        user_id=ada.id, public_metadata={"plan": {"tier": "pro"}, "role": None}
    )
    assert merged.public_metadata == {"plan": {"seats": 3, "tier": "pro"}}
    replaced = sdk.users.replace_metadata(user_id=ada.id, private_metadata={"crm": 7})
    assert (replaced.private_metadata, replaced.public_metadata) == ({"crm": 7}, merged.public_metadata)
    assert sdk.users.update(user_id=ada.id, username="countess").username == "countess"
    assert sdk.users.verify_password(user_id=ada.id, password="correct horse").verified is True
    assert sdk.users.remove_password(user_id=ada.id).password_enabled is False
    assert sdk.users.ban(user_id=ada.id).banned is True
    assert sdk.users.unban(user_id=ada.id).banned is False
    assert [each.banned for each in sdk.users.bulk_ban(user_ids=[ada.id])] == [True]
    assert [each.banned for each in sdk.users.bulk_unban(user_ids=[ada.id])] == [False]
    locked = sdk.users.lock(user_id=ada.id)
    assert (locked.locked, locked.lockout_expires_in_seconds) == (True, 3600)
    assert sdk.users.unlock(user_id=ada.id).locked is False
    addresses(sdk, ada.id)
    return ada.id


def addresses(sdk: Clerk, user: str) -> None:
    email = sdk.email_addresses.create(request={"user_id": user, "email_address": "ada@second.test"})
    assert email.verification is None
    changed = sdk.email_addresses.update(email_address_id=email.id, verified=True, primary=True)
    assert changed.verification.status == "verified"
    assert sdk.email_addresses.get(email_address_id=email.id) == changed
    assert sdk.users.get(user_id=user).primary_email_address_id == email.id
    assert sdk.email_addresses.delete(email_address_id=email.id).deleted is True
    only = sdk.email_addresses.replace_for_user(user_id=user, email_address="ada@northwind.test")
    assert only.email_address == "ada@northwind.test"
    phone = sdk.phone_numbers.create(request={"user_id": user, "phone_number": "+15555550101"})
    verified = sdk.phone_numbers.update(phone_number_id=phone.id, verified=True)
    assert sdk.phone_numbers.get(phone_number_id=phone.id) == verified
    assert sdk.phone_numbers.delete(phone_number_id=phone.id).deleted is True
    replaced = sdk.phone_numbers.replace_for_user(user_id=user, phone_number="+15555550102")
    assert replaced.phone_number == "+15555550102"


def organizations(sdk: Clerk, ada: str) -> str:
    made = sdk.organizations.create(
        request={"name": "Northwind Coffee", "created_by": ada, "max_allowed_memberships": 0}
    )
    assert (made.slug, made.members_count, made.created_by) == ("northwind-coffee", 1, ada)
    listed = sdk.organizations.list(limit=100, order_by="-created_at", include_members_count=True)
    assert [(each.id, each.members_count) for each in listed.data] == [(made.id, 1)]
    assert sdk.organizations.get(organization_id="northwind-coffee").id == made.id
    assert sdk.organizations.update(organization_id=made.id, name="Northwind").name == "Northwind"
    merged = sdk.organizations.merge_metadata(organization_id=made.id, public_metadata={"tier": "pro"})
    assert merged.public_metadata == {"tier": "pro"}
    replaced = sdk.organizations.replace_metadata(organization_id=made.id, private_metadata={"crm": 1})
    assert replaced.private_metadata == {"crm": 1}
    members(sdk, made.id, ada)
    roles = {each.key: each.id for each in sdk.organization_roles.list().data}
    assert sdk.organization_roles.get(organization_role_id=roles["org:admin"]).name == "Admin"
    permission = sdk.organization_permissions.list(limit=50).data[0]
    assert sdk.organization_permissions.get(permission_id=permission.id) == permission
    return made.id


def members(sdk: Clerk, organization: str, ada: str) -> None:
    bob = sdk.users.create(email_address=["bob@northwind.test"], first_name="Bob").id
    own = {"organization_id": organization, "user_id": bob}
    joined = sdk.organization_memberships.create(**own, role="org:member")
    assert joined.public_user_data.identifier == "bob@northwind.test"
    listed = sdk.organization_memberships.list(organization_id=organization)
    assert [each.public_user_data.user_id for each in listed.data] == [bob, ada]
    assert sdk.organization_memberships.update(**own, role="org:admin").role == "org:admin"
    noted = sdk.organization_memberships.update_metadata(**own, public_metadata={"desk": 4})
    assert noted.public_metadata == {"desk": 4}
    assert sdk.users.get_instance_organization_memberships().total_count == 2
    assert sdk.users.get_organization_memberships(user_id=bob).data[0].role == "org:admin"
    assert sdk.organization_memberships.delete(**own).id == joined.id


def invitations(sdk: Clerk, ada: str, organization: str) -> None:
    own: dict[str, Any] = {"organization_id": organization}
    guest = {"role": "org:member", "inviter_user_id": ada}
    made = sdk.organization_invitations.create(**own, email_address="guest@northwind.test", **guest)
    assert (made.status, made.public_inviter_data.user_id) == ("pending", ada)
    several = [{"email_address": f"guest{number}@northwind.test", **guest} for number in range(2)]
    assert sdk.organization_invitations.bulk_create(**own, request_body=several).total_count == 2
    assert sdk.organization_invitations.list(**own).total_count == 3
    assert sdk.organization_invitations.list_pending(**own, limit=1).total_count == 3
    assert sdk.organization_invitations.get_all(query="guest1").total_count == 1
    assert sdk.organization_invitations.get(**own, invitation_id=made.id) == made
    revoked = sdk.organization_invitations.revoke(**own, invitation_id=made.id, requesting_user_id=ada)
    assert (revoked.status, revoked.url) == ("revoked", None)
    assert sdk.users.get_organization_invitations(user_id=ada).total_count == 0
    invited = sdk.invitations.create(request={"email_address": "new@northwind.test"})
    assert "/v1/tickets/accept?ticket=" in str(invited.url)
    sdk.invitations.bulk_create(request=[{"email_address": "newer@northwind.test"}])
    assert len(sdk.invitations.list(status=models.ListInvitationsQueryParamStatus.PENDING)) == 2
    sdk.invitations.revoke(invitation_id=invited.id)


def sessions(sdk: Clerk, ada: str, organization: str) -> None:
    made = sdk.sessions.create(request={"user_id": ada, "active_organization_id": organization})
    assert (made.status, made.last_active_organization_id) == ("active", organization)
    assert sdk.sessions.get(session_id=made.id) == made
    assert sdk.sessions.list(user_id=ada, status=models.QueryParamStatus.ACTIVE) == [made]
    template = sdk.jwt_templates.create(request={"name": "hasura", "claims": {"aud": "h"}})
    assert sdk.jwt_templates.list() == [template]
    updated = sdk.jwt_templates.update(template_id=template.id, name="hasura", claims={}, lifetime=600)
    assert sdk.jwt_templates.get(template_id=template.id) == updated
    token = sdk.sessions.create_token(session_id=made.id).jwt
    assert sdk.sessions.create_token_from_template(session_id=made.id, template_name="hasura").jwt != token
    assert sdk.jwt_templates.delete(template_id=template.id).deleted is True
    assert len(sdk.jwks.get_jwks().keys) == 1
    assert sdk.clients.get(client_id=made.client_id).session_ids == [made.id]
    assert sdk.clients.verify(request={"token": token}).id == made.client_id
    assert sdk.sessions.revoke(session_id=made.id).status == "revoked"
    sign_in = sdk.sign_in_tokens.create(request={"user_id": ada})
    assert sdk.sign_in_tokens.revoke(sign_in_token_id=sign_in.id).status == "revoked"
    actor = sdk.actor_tokens.create(request={"user_id": ada, "actor": {"sub": "user_support"}})
    assert sdk.actor_tokens.revoke(actor_token_id=actor.id).status == "revoked"
    assert sdk.testing_tokens.create().object == "testing_token"
    with pytest.raises((models.ClerkErrors, models.SDKError)) as caught:
        sdk.clients.list()
    assert caught.value.status_code == 410


def settings(sdk: Clerk) -> None:
    allowed = sdk.allowlist_identifiers.create(request={"identifier": "*@northwind.test"})
    assert sdk.allowlist_identifiers.list() == [allowed]
    assert sdk.allowlist_identifiers.delete(identifier_id=allowed.id).deleted is True
    blocked = sdk.blocklist_identifiers.create(request={"identifier": "eve@evil.test"})
    assert sdk.blocklist_identifiers.list().data == [blocked]
    assert sdk.blocklist_identifiers.delete(identifier_id=blocked.id).deleted is True
    redirect = sdk.redirect_urls.create(request={"url": "my-app://callback"})
    assert sdk.redirect_urls.list() == [redirect]
    assert sdk.redirect_urls.get(id=redirect.id) == redirect
    assert sdk.redirect_urls.delete(id=redirect.id).deleted is True
    assert sdk.instance_settings.get().environment_type == "development"
    sdk.instance_settings.update(request={"allowed_origins": ["my-app://localhost"]})
    assert sdk.instance_settings.update_restrictions(request={"allowlist": True}).allowlist is True
    changed = sdk.instance_settings.update_organization_settings(request={"max_allowed_memberships": 20})
    assert sdk.instance_settings.get_organization_settings() == changed


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"email_address": ["nobody"]}, 422, "form_param_format_invalid"),
        (
            {"email_address": ["ada@northwind.test"], "password": "short"},
            422,
            "form_password_length_too_short",
        ),
        ({}, 422, "form_data_missing"),
    ],
)
def test_refusals_become_the_sdks_errors(sdk: Clerk, given: Any, status: int, code: str) -> None:
    with pytest.raises(models.ClerkErrors) as caught:
        sdk.users.create(**given)
    assert caught.value.status_code == status
    assert caught.value.data.errors[0].code == code


def test_an_unknown_user_and_a_wrong_key_are_the_sdks_errors(sdk: Clerk, fresh_world: World) -> None:
    with pytest.raises(models.ClerkErrors) as caught:
        sdk.users.get(user_id="user_nobody")
    assert (caught.value.status_code, caught.value.data.errors[0].code) == (404, "resource_not_found")
    address = f"{fresh_world['env']['CLERK_API_URL']}/v1"
    with Clerk(bearer_auth="sk_test_nobody", server_url=address) as stranger:
        with pytest.raises(models.ClerkErrors) as caught:
            stranger.users.get(user_id="user_nobody")
        assert (caught.value.status_code, caught.value.data.errors[0].code) == (401, "clerk_key_invalid")


def test_an_unserved_operation_raises(sdk: Clerk) -> None:
    with pytest.raises((models.ClerkErrors, models.SDKError)) as caught:
        sdk.saml_connections.list()
    assert caught.value.status_code == 404
    assert caught.value.headers["greenroom-unserved"] == "GET /v1/saml_connections"


def test_roles_domains_and_the_waitlist(sdk: Clerk, server: Served, fresh_world: World) -> None:
    permission = sdk.organization_permissions.create(
        name="Edit posts", key="org:posts:edit", description="Edits"
    )
    role = sdk.organization_roles.create(name="Editor", key="org:editor", permissions=[permission.id])
    pair = {"organization_role_id": role.id, "permission_id": permission.id}
    assert sdk.organization_roles.remove_permission(**pair).permissions == []
    assert len(sdk.organization_roles.assign_permission(**pair).permissions) == 1
    assert sdk.organization_roles.update(organization_role_id=role.id, name="Writer").name == "Writer"
    assert sdk.organization_permissions.update(permission_id=permission.id, name="Edit").name == "Edit"
    assert sdk.organization_roles.delete(organization_role_id=role.id).deleted
    assert sdk.organization_permissions.delete(permission_id=permission.id).deleted
    made = sdk.organizations.create(request={"name": "Northwind"})
    named = {"organization_id": made.id}
    domain = sdk.organization_domains.create(**named, name="northwind.test", verified=True)
    ids = {**named, "domain_id": domain.id}
    changed = sdk.organization_domains.update(**ids, enrollment_mode="automatic_invitation")
    assert changed.enrollment_mode == "automatic_invitation"
    assert sdk.organization_domains.list(**named).total_count == 1
    assert sdk.organization_domains.list_all(domains=["northwind.test"]).total_count == 1
    assert sdk.organization_domains.delete(**ids).deleted
    (own,) = sdk.domains.list().data
    assert sdk.domains.update(domain_id=own.id, proxy_url="").proxy_url is None
    entry = sdk.waitlist_entries.create(request={"email_address": "carol@northwind.test"})
    (other,) = sdk.waitlist_entries.bulk_create(request=[{"email_address": "dan@northwind.test"}])
    assert sdk.waitlist_entries.list().total_count == 2
    assert sdk.waitlist_entries.invite(waitlist_entry_id=entry.id).status == "invited"
    assert sdk.waitlist_entries.reject(waitlist_entry_id=other.id).status == "rejected"
    assert sdk.waitlist_entries.delete(waitlist_entry_id=other.id).deleted
    assert called(server, fresh_world) == ENROLMENT | {"CreateOrganization"}


def test_machines_keys_and_applications(sdk: Clerk, server: Served, fresh_world: World) -> None:
    search, billing = [sdk.machines.create(request={"name": name}) for name in ("search", "billing")]
    sdk.machines.create_scope(machine_id=billing.id, to_machine_id=search.id)
    assert (
        sdk.machines.delete_scope(machine_id=billing.id, other_machine_id=search.id).to_machine_id
        == search.id
    )
    assert sdk.machines.update(machine_id=billing.id, name="accounts").name == "accounts"
    assert sdk.machines.get(machine_id=billing.id).name == "accounts"
    assert sdk.machines.list().total_count == 2
    secret = sdk.machines.get_secret_key(machine_id=billing.id).secret
    assert sdk.machines.rotate_secret_key(machine_id=billing.id, previous_token_ttl=0).secret != secret
    fresh = sdk.machines.get_secret_key(machine_id=billing.id).secret
    address = f"{fresh_world['env']['CLERK_API_URL']}/v1"
    with Clerk(bearer_auth=fresh, server_url=address) as machine:
        token = machine.m2m.create_token(seconds_until_expiration=60)
    assert sdk.m2m.verify_token(token=token.token).subject == billing.id
    assert sdk.m2m.list_tokens(subject=billing.id).total_count == 1
    assert sdk.m2m.revoke_token(m2m_token_id=token.id, revocation_reason="over").revoked
    ada = users(sdk)
    key = sdk.api_keys.create_api_key(name="export", subject=ada)
    assert sdk.api_keys.verify_api_key(secret=key.secret).subject == ada
    assert sdk.api_keys.get_api_keys(subject=ada).total_count == 1
    assert sdk.api_keys.update_api_key(api_key_id=key.id, scopes=["read"]).scopes == ["read"]
    assert sdk.api_keys.get_api_key(api_key_id=key.id).scopes == ["read"]
    assert sdk.api_keys.get_api_key_secret(api_key_id=key.id).secret == key.secret
    assert sdk.api_keys.revoke_api_key(api_key_id=key.id).revoked
    assert sdk.api_keys.delete_api_key(api_key_id=key.id).id == key.id
    made = sdk.oauth_applications.create(request={"name": "Partner", "redirect_uris": ["https://p.test/"]})
    ids = {"oauth_application_id": made.id}
    assert sdk.oauth_applications.update(**ids, name="Partners").name == "Partners"
    assert sdk.oauth_applications.get(**ids).name == "Partners"
    assert sdk.oauth_applications.list().total_count == 1
    assert sdk.oauth_applications.rotate_secret(**ids).client_secret
    assert sdk.oauth_applications.delete(**ids).deleted
    assert sdk.machines.delete(machine_id=billing.id).id == billing.id
    assert called(server, fresh_world) >= MACHINES


WALLET = "0x" + "a" * 40
PNG = {"file_name": "a.png", "content": b"\x89PNG\r\n\x1a\n", "content_type": "image/png"}


def test_factors_images_and_grants(sdk: Clerk, server: Served, fresh_world: World) -> None:
    visit = Visit(server, fresh_world)
    secret = {"totp_secret": "JBSWY3DPEHPK3PXP", "backup_codes": ["one-two"]}
    ada = sdk.users.create(
        email_address=["ada+clerk_test@northwind.test"],
        phone_number=["+15555550100"],
        web3_wallet=[WALLET],
        password="correct horse",
        **secret,
    )
    own: dict[str, Any] = {"user_id": ada.id}
    visit.trigger("externalAccount.connected", user_id=ada.id)
    (token,) = sdk.users.get_o_auth_access_token(**own, provider="oauth_google")
    account = {"external_account_id": token.external_account_id}
    assert sdk.users.delete_external_account(**own, **account).deleted
    assert sdk.users.verify_totp(**own, code="one-two").code_type == models.CodeType.BACKUP_CODE
    assert sdk.users.delete_backup_codes(**own).user_id == ada.id
    assert sdk.users.delete_totp(**own).user_id == ada.id
    assert sdk.users.disable_mfa(**own).user_id == ada.id
    assert sdk.users.delete_web3_wallet(**own, web3_wallet_identification_id=ada.web3_wallets[0].id).deleted
    assert sdk.users.set_password_compromised(**own).id == ada.id
    assert sdk.users.unset_password_compromised(**own).id == ada.id
    checks(sdk, ada)
    images(sdk, ada.id)
    grants(sdk, visit, ada.id)
    refreshed(sdk, visit)
    assert called(server, fresh_world) >= FACTORS


def checks(sdk: Clerk, ada: models.User) -> None:
    email = {"email_address_id": ada.email_addresses[0].id}
    begun = sdk.email_addresses.prepare_verification(**email)
    done = sdk.email_addresses.attempt_verification(**email, verification_id=begun.id, code="424242")
    assert (begun.status, done.status) == ("unverified", "verified")
    phone = {"phone_number_id": ada.phone_numbers[0].id}
    sent = sdk.phone_numbers.prepare_verification(**phone)
    wrong = sdk.phone_numbers.attempt_verification(**phone, verification_id=sent.id, code="1")
    assert (wrong.status, wrong.attempts) == ("unverified", 1)


def images(sdk: Clerk, ada: str) -> None:
    assert sdk.users.set_profile_image(user_id=ada, file=PNG).has_image is True
    assert sdk.users.delete_profile_image(user_id=ada).has_image is False
    made = sdk.organizations.create(request={"name": "Northwind"})
    logo = sdk.organizations.upload_logo(organization_id=made.id, file=PNG, uploader_user_id=ada)
    assert logo.has_image is True
    assert sdk.organizations.delete_logo(organization_id=made.id).has_image is False
    domain = sdk.organization_domains.create(organization_id=made.id, name="northwind.test")
    owned = sdk.organization_domains.verify_ownership(organization_id=made.id, domain_id=domain.id)
    assert owned.ownership_verification.strategy == "manual_override"


def grants(sdk: Clerk, visit: Visit, ada: str) -> None:
    made = sdk.oauth_applications.create(request={"name": "Partner"})
    dressed = sdk.oauth_applications.upload_logo(oauth_application_id=made.id, file=PNG)
    assert "/v1/greenroom/images/img_" in str(dressed.client_image_url)
    secrets = visit.grant(ada)
    assert sdk.oauth_access_tokens.verify(access_token=secrets["secret"]).subject == ada
    sdk.oauth_applications.revoke_token(oauth_application_id=made.id, token=secrets["refresh"])
    assert sdk.webhooks.generate_svix_auth_url().svix_url.endswith("/v1/greenroom/webhooks")
    sdk.webhooks.delete_svix_app()
    assert sdk.webhooks.create_svix_app().svix_url


def refreshed(sdk: Clerk, visit: Visit) -> None:
    session = visit.signed_up("bob+clerk_test@northwind.test")
    jar = visit.cookies()
    refresh = next(value for name, value in jar.items() if name.startswith("__refresh_"))
    over = visit.over(jar["__session"])
    made = sdk.sessions.refresh(
        session_id=session["id"], expired_token=over, refresh_token=refresh, request_origin=PAGE
    )
    assert made.jwt.count(".") == 2
    (sign_up,) = [visit.newest("sign_up")["id"]]
    assert sdk.sign_ups.get(id=sign_up).status == "complete"
    with pytest.raises(models.ClerkErrors) as caught:
        sdk.sign_ups.update(id=sign_up, external_id="crm-1")
    assert caught.value.data.errors[0].code == "sign_up_cannot_be_updated"
