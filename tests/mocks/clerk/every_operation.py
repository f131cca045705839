"""A call of every operation of the Backend API that is served, each answered with success."""

from typing import Any

from mocks.clerk.resources import refreshing
from mocks.clerk.resources.sessions import SESSIONS
from tests.mocks.clerk.room import Room
from tests.mocks.clerk.tab import PAGE, Tab

Json = Any
PNG = b"\x89PNG\r\n\x1a\nrest"


async def answers(room: Room) -> dict[str, Any]:
    """Call every operation that is served and answers with success; return what each answered."""
    found = await of_users(room)
    ada, bob = found["CreateUser"]["id"], (await room.user("bob@northwind.test"))["id"]
    found |= await of_organizations(room, ada, bob)
    found |= await of_enrolment(room, found["CreateOrganization"]["id"])
    found |= await of_machines(room, ada)
    found |= await of_sessions(room, ada, found["CreateOrganization"]["id"])
    found |= await of_factors(room, ada, found["CreateOrganization"]["id"])
    found |= await of_images(room, ada, found["CreateOrganization"]["id"])
    found |= await of_grants(room, ada)
    found |= await of_settings(room)
    found["DeleteOrganization"] = await room.ok(
        "DELETE", f"/organizations/{found['CreateOrganization']['id']}"
    )
    found["DeleteUser"] = await room.ok("DELETE", f"/users/{ada}")
    return found


async def of_users(room: Room) -> dict[str, Any]:
    ada = await room.user(password="correct horse", phone_number=["+15555550100"], external_id="ada-1")
    user = f"/users/{ada['id']}"
    email = await room.ok("POST", "/email_addresses", {"user_id": ada["id"], "email_address": "a@b.test"})
    phone = await room.ok("POST", "/phone_numbers", {"user_id": ada["id"], "phone_number": "+15555550101"})
    emails, phones = f"/email_addresses/{email['id']}", f"/phone_numbers/{phone['id']}"
    several = {"user_ids": [ada["id"]]}
    return {
        "CreateUser": ada,
        "CreateEmailAddress": email,
        "GetEmailAddress": await room.ok("GET", emails),
        "UpdateEmailAddress": await room.ok("PATCH", emails, {"verified": True, "primary": True}),
        "DeleteEmailAddress": await room.ok("DELETE", emails),
        "CreatePhoneNumber": phone,
        "GetPhoneNumber": await room.ok("GET", phones),
        "UpdatePhoneNumber": await room.ok("PATCH", phones, {"verified": True}),
        "DeletePhoneNumber": await room.ok("DELETE", phones),
        "GetUserList": await room.ok("GET", "/users"),
        "GetUsersCount": await room.ok("GET", "/users/count"),
        "GetUser": await room.ok("GET", user),
        "UpdateUser": await room.ok("PATCH", user, {"username": "countess"}),
        "UpdateUserMetadata": await room.ok("PATCH", f"{user}/metadata", {"public_metadata": {"a": 1}}),
        "ReplaceUserMetadata": await room.ok("PUT", f"{user}/metadata", {"unsafe_metadata": {"b": [1]}}),
        "VerifyPassword": await room.ok("POST", f"{user}/verify_password", {"password": "correct horse"}),
        "RemoveUserPassword": await room.ok("POST", f"{user}/remove_password", {}),
        "BanUser": await room.ok("POST", f"{user}/ban"),
        "UnbanUser": await room.ok("POST", f"{user}/unban"),
        "UsersBan": await room.ok("POST", "/users/ban", several),
        "UsersUnban": await room.ok("POST", "/users/unban", several),
        "LockUser": await room.ok("POST", f"{user}/lock"),
        "UnlockUser": await room.ok("POST", f"{user}/unlock"),
        "ReplaceUserEmailAddress": await room.ok(
            "PUT", f"{user}/email_address", {"email_address": "ada@northwind.test"}
        ),
        "ReplaceUserPhoneNumber": await room.ok(
            "PUT", f"{user}/phone_number", {"phone_number": "+15555550102"}
        ),
    }


async def of_organizations(room: Room, ada: str, bob: str) -> dict[str, Any]:
    made = await room.organization(ada, max_allowed_memberships=0)
    path = f"/organizations/{made['id']}"
    member = f"{path}/memberships/{bob}"
    guest = {"email_address": "guest@northwind.test", "role": "org:member", "inviter_user_id": ada}
    invited = await room.ok("POST", f"{path}/invitations", guest)
    asked = "include_members_count=true&include_missing_member_with_elevated_permissions=true"
    roles = await room.ok("GET", "/organization_roles")
    permissions = await room.ok("GET", "/organization_permissions")
    bulk = [guest | {"email_address": f"guest{number}@northwind.test"} for number in range(2)]
    joined = {"user_id": bob, "role": "org:member"}
    return {
        "CreateOrganization": made,
        "ListOrganizations": await room.ok("GET", f"/organizations?{asked}"),
        "GetOrganization": await room.ok("GET", f"{path}?{asked}"),
        "UpdateOrganization": await room.ok("PATCH", path, {"name": "Northwind"}),
        "MergeOrganizationMetadata": await room.ok(
            "PATCH", f"{path}/metadata", {"public_metadata": {"a": 1}}
        ),
        "ReplaceOrganizationMetadata": await room.ok("PUT", f"{path}/metadata", {"private_metadata": {}}),
        "CreateOrganizationMembership": await room.ok("POST", f"{path}/memberships", joined),
        "ListOrganizationMemberships": await room.ok("GET", f"{path}/memberships"),
        "UpdateOrganizationMembership": await room.ok("PATCH", member, {"role": "org:admin"}),
        "UpdateOrganizationMembershipMetadata": await room.ok(
            "PATCH", f"{member}/metadata", {"public_metadata": {"a": 1}}
        ),
        "InstanceGetOrganizationMemberships": await room.ok("GET", "/organization_memberships"),
        "UsersGetOrganizationMemberships": await room.ok("GET", f"/users/{ada}/organization_memberships"),
        "DeleteOrganizationMembership": await room.ok("DELETE", member),
        "CreateOrganizationInvitation": invited,
        "CreateOrganizationInvitationBulk": await room.ok("POST", f"{path}/invitations/bulk", bulk),
        "ListOrganizationInvitations": await room.ok("GET", f"{path}/invitations"),
        "ListPendingOrganizationInvitations": await room.ok("GET", f"{path}/invitations/pending"),
        "GetOrganizationInvitation": await room.ok("GET", f"{path}/invitations/{invited['id']}"),
        "ListInstanceOrganizationInvitations": await room.ok("GET", "/organization_invitations"),
        "UsersGetOrganizationInvitations": await invitations_of_a_user(room, path),
        "RevokeOrganizationInvitation": await room.ok(
            "POST", f"{path}/invitations/{invited['id']}/revoke", {"requesting_user_id": ada}
        ),
        "ListOrganizationRoles": roles,
        "GetOrganizationRole": await room.ok("GET", f"/organization_roles/{roles['data'][0]['id']}"),
        "ListOrganizationPermissions": permissions,
        "GetOrganizationPermission": await room.ok(
            "GET", f"/organization_permissions/{permissions['data'][0]['id']}"
        ),
    }


async def invitations_of_a_user(room: Room, path: str) -> Json:
    user = await room.user("invited@northwind.test")
    await room.ok(
        "POST", f"{path}/invitations", {"email_address": "invited@northwind.test", "role": "org:admin"}
    )
    return await room.ok("GET", f"/users/{user['id']}/organization_invitations")


async def of_enrolment(room: Room, organization: str) -> dict[str, Any]:
    permission = await room.ok("POST", "/organization_permissions", {"name": "Edit", "key": "org:posts:edit"})
    role = await room.ok("POST", "/organization_roles", {"name": "Editor", "key": "org:editor"})
    permissions, roles = f"/organization_permissions/{permission['id']}", f"/organization_roles/{role['id']}"
    pair = f"{roles}/permissions/{permission['id']}"
    domains = f"/organizations/{organization}/domains"
    domain = await room.ok("POST", domains, {"name": "northwind.test", "verified": True})
    own = await room.ok("GET", "/domains")
    entry = await room.ok("POST", "/waitlist_entries", {"email_address": "carol@northwind.test"})
    bulk = await room.ok("POST", "/waitlist_entries/bulk", [{"email_address": "dan@northwind.test"}])
    entries = f"/waitlist_entries/{entry['id']}"
    return {
        "CreateOrganizationPermission": permission,
        "UpdateOrganizationPermission": await room.ok("PATCH", permissions, {"name": "Edit posts"}),
        "CreateOrganizationRole": role,
        "UpdateOrganizationRole": await room.ok("PATCH", roles, {"description": "Edits"}),
        "AssignPermissionToOrganizationRole": await room.ok("POST", pair),
        "RemovePermissionFromOrganizationRole": await room.ok("DELETE", pair),
        "DeleteOrganizationRole": await room.ok("DELETE", roles),
        "DeleteOrganizationPermission": await room.ok("DELETE", permissions),
        "CreateOrganizationDomain": domain,
        "ListOrganizationDomains": await room.ok("GET", domains),
        "UpdateOrganizationDomain": await room.ok("PATCH", f"{domains}/{domain['id']}", {"verified": True}),
        "ListAllOrganizationDomains": await room.ok("GET", "/organization_domains"),
        "DeleteOrganizationDomain": await room.ok("DELETE", f"{domains}/{domain['id']}"),
        "ListDomains": own,
        "UpdateDomain": await room.ok("PATCH", f"/domains/{own['data'][0]['id']}", {"proxy_url": None}),
        "CreateWaitlistEntry": entry,
        "CreateBulkWaitlistEntries": bulk,
        "ListWaitlistEntries": await room.ok("GET", "/waitlist_entries"),
        "InviteWaitlistEntry": await room.ok("POST", f"{entries}/invite", {}),
        "RejectWaitlistEntry": await room.ok("POST", f"{entries}/reject"),
        "DeleteWaitlistEntry": await room.ok("DELETE", entries),
    }


async def of_machines(room: Room, ada: str) -> dict[str, Any]:
    other = await room.ok("POST", "/machines", {"name": "search"})
    machine = await room.ok("POST", "/machines", {"name": "billing"})
    machines, scope = f"/machines/{machine['id']}", {"to_machine_id": other["id"]}
    token = await room.ok("POST", "/m2m_tokens", {}, Authorization=f"Bearer {machine['secret_key']}")
    key = await room.ok("POST", "/api_keys", {"name": "export", "subject": ada})
    keys = f"/api_keys/{key['id']}"
    application = await room.ok("POST", "/oauth_applications", {"name": "Partner"})
    applications = f"/oauth_applications/{application['id']}"
    return {
        "CreateMachine": machine,
        "ListMachines": await room.ok("GET", "/machines"),
        "GetMachine": await room.ok("GET", machines),
        "UpdateMachine": await room.ok("PATCH", machines, {"name": "accounts"}),
        "CreateMachineScope": await room.ok("POST", f"{machines}/scopes", scope),
        "DeleteMachineScope": await room.ok("DELETE", f"{machines}/scopes/{other['id']}"),
        "createM2MToken": token,
        "verifyM2MToken": await room.ok("POST", "/m2m_tokens/verify", {"token": token["token"]}),
        "getM2MTokens": await room.ok("GET", f"/m2m_tokens?subject={machine['id']}"),
        "revokeM2MToken": await room.ok("POST", f"/m2m_tokens/{token['id']}/revoke", {}),
        "GetMachineSecretKey": await room.ok("GET", f"{machines}/secret_key"),
        "RotateMachineSecretKey": await room.ok(
            "POST", f"{machines}/secret_key/rotate", {"previous_token_ttl": 0}
        ),
        "DeleteMachine": await room.ok("DELETE", machines),
        "createApiKey": key,
        "verifyApiKey": await room.ok("POST", "/api_keys/verify", {"secret": key["secret"]}),
        "getApiKeys": await room.ok("GET", f"/api_keys?subject={ada}"),
        "getApiKey": await room.ok("GET", keys),
        "updateApiKey": await room.ok("PATCH", keys, {"scopes": ["read"]}),
        "getApiKeySecret": await room.ok("GET", f"{keys}/secret"),
        "revokeApiKey": await room.ok("POST", f"{keys}/revoke", {}),
        "deleteApiKey": await room.ok("DELETE", keys),
        "CreateOAuthApplication": application,
        "ListOAuthApplications": await room.ok("GET", "/oauth_applications"),
        "GetOAuthApplication": await room.ok("GET", applications),
        "UpdateOAuthApplication": await room.ok("PATCH", applications, {"name": "Partners"}),
        "RotateOAuthApplicationSecret": await room.ok("POST", f"{applications}/rotate_secret"),
        "DeleteOAuthApplication": await room.ok("DELETE", applications),
    }


async def of_sessions(room: Room, ada: str, organization: str) -> dict[str, Any]:
    session = await room.ok("POST", "/sessions", {"user_id": ada, "active_organization_id": organization})
    path = f"/sessions/{session['id']}"
    template = await room.ok("POST", "/jwt_templates", {"name": "hasura", "claims": {"aud": "h"}})
    token = await room.ok("POST", f"{path}/tokens", {})
    sign_in = await room.ok("POST", "/sign_in_tokens", {"user_id": ada})
    actor = await room.ok("POST", "/actor_tokens", {"user_id": ada, "actor": {"sub": "user_support"}})
    templates = f"/jwt_templates/{template['id']}"
    changes = {"name": "hasura", "claims": {"aud": "i"}, "lifetime": 600}
    return {
        "createSession": session,
        "GetSession": await room.ok("GET", path),
        "GetSessionList": await room.ok("GET", f"/sessions?user_id={ada}"),
        "CreateSessionToken": token,
        "CreateSessionTokenFromTemplate": await room.ok("POST", f"{path}/tokens/hasura", {}),
        "GetClient": await room.ok("GET", f"/clients/{session['client_id']}"),
        "VerifyClient": await room.ok("POST", "/clients/verify", {"token": token["jwt"]}),
        "RevokeSession": await room.ok("POST", f"{path}/revoke"),
        "CreateJWTTemplate": template,
        "ListJWTTemplates": await room.ok("GET", "/jwt_templates"),
        "GetJWTTemplate": await room.ok("GET", templates),
        "UpdateJWTTemplate": await room.ok("PATCH", templates, changes),
        "DeleteJWTTemplate": await room.ok("DELETE", templates),
        "GetJWKS": await room.ok("GET", "/jwks"),
        "CreateSignInToken": sign_in,
        "RevokeSignInToken": await room.ok("POST", f"/sign_in_tokens/{sign_in['id']}/revoke"),
        "CreateActorToken": actor,
        "RevokeActorToken": await room.ok("POST", f"/actor_tokens/{actor['id']}/revoke"),
        "CreateTestingToken": await room.ok("POST", "/testing_tokens"),
    }


async def of_settings(room: Room) -> dict[str, Any]:
    allowed = await room.ok("POST", "/allowlist_identifiers", {"identifier": "*@northwind.test"})
    blocked = await room.ok("POST", "/blocklist_identifiers", {"identifier": "+15555550100"})
    redirect = await room.ok("POST", "/redirect_urls", {"url": "my-app://callback"})
    invited = await room.ok("POST", "/invitations", {"email_address": "new@northwind.test"})
    bulk = [{"email_address": f"new{number}@northwind.test"} for number in range(2)]
    return {
        "CreateAllowlistIdentifier": allowed,
        "ListAllowlistIdentifiers": await room.ok("GET", "/allowlist_identifiers"),
        "DeleteAllowlistIdentifier": await room.ok("DELETE", f"/allowlist_identifiers/{allowed['id']}"),
        "CreateBlocklistIdentifier": blocked,
        "ListBlocklistIdentifiers": await room.ok("GET", "/blocklist_identifiers"),
        "DeleteBlocklistIdentifier": await room.ok("DELETE", f"/blocklist_identifiers/{blocked['id']}"),
        "CreateRedirectURL": redirect,
        "ListRedirectURLs": await room.ok("GET", "/redirect_urls"),
        "GetRedirectURL": await room.ok("GET", f"/redirect_urls/{redirect['id']}"),
        "DeleteRedirectURL": await room.ok("DELETE", f"/redirect_urls/{redirect['id']}"),
        "CreateInvitation": invited,
        "CreateBulkInvitations": await room.ok("POST", "/invitations/bulk", bulk),
        "ListInvitations": await room.ok("GET", "/invitations"),
        "RevokeInvitation": await room.ok("POST", f"/invitations/{invited['id']}/revoke"),
        "GetInstance": await room.ok("GET", "/instance"),
        "UpdateInstance": await room.ok("PATCH", "/instance", {"test_mode": True}),
        "UpdateInstanceRestrictions": await room.ok("PATCH", "/instance/restrictions", {"allowlist": True}),
        "GetInstanceOrganizationSettings": await room.ok("GET", "/instance/organization_settings"),
        "UpdateInstanceOrganizationSettings": await room.ok(
            "PATCH", "/instance/organization_settings", {"max_allowed_memberships": 20}
        ),
        "getHealth": await room.ok("GET", "/health"),
    }


async def of_factors(room: Room, ada: str, organization: str) -> dict[str, Any]:
    wallet = "0x" + "a" * 40
    secret = "JBSWY3DPEHPK3PXP"
    bob = await room.user(
        "factors@northwind.test",
        password="correct horse",
        totp_secret=secret,
        backup_codes=["one-two"],
        web3_wallet=[wallet],
        phone_number=["+15555550190"],
    )
    user = f"/users/{bob['id']}"
    account = room.trigger("externalAccount.connected", user_id=bob["id"])
    emails = f"/email_addresses/{bob['email_addresses'][0]['id']}"
    phones = f"/phone_numbers/{bob['phone_numbers'][0]['id']}"
    mailed, texted = [await room.ok("POST", f"{each}/prepare_verification") for each in (emails, phones)]
    proofs = [{"verification_id": each["id"], "code": "424242"} for each in (mailed, texted)]
    domain = await room.ok("POST", f"/organizations/{organization}/domains", {"name": "owned.test"})
    sign_up = await Tab(room).open()
    begun = await sign_up.response("POST", "/v1/client/sign_ups", {"email_address": "c@northwind.test"})
    tokens = f"{user}/oauth_access_tokens/oauth_google"
    return {
        "GetOAuthAccessToken": await room.ok("GET", tokens),
        "DeleteExternalAccount": await room.ok("DELETE", f"{user}/external_accounts/{account['id']}"),
        "VerifyTOTP": await room.ok("POST", f"{user}/verify_totp", {"code": "one-two"}),
        "DeleteBackupCode": await room.ok("DELETE", f"{user}/backup_code"),
        "DeleteTOTP": await room.ok("DELETE", f"{user}/totp"),
        "DisableMFA": await room.ok("DELETE", f"{user}/mfa"),
        "SetUserPasswordCompromised": await room.ok("POST", f"{user}/password/set_compromised", {}),
        "UnsetUserPasswordCompromised": await room.ok("POST", f"{user}/password/unset_compromised"),
        "UserWeb3WalletDelete": await room.ok(
            "DELETE", f"{user}/web3_wallets/{bob['web3_wallets'][0]['id']}"
        ),
        "PrepareEmailAddressVerification": mailed,
        "AttemptEmailAddressVerification": await room.ok("POST", f"{emails}/attempt_verification", proofs[0]),
        "PreparePhoneNumberVerification": texted,
        "AttemptPhoneNumberVerification": await room.ok("POST", f"{phones}/attempt_verification", proofs[1]),
        "VerifyOrganizationDomainOwnership": await room.ok(
            "POST", f"/organizations/{organization}/domains/{domain['id']}/verify_ownership"
        ),
        "GetSignUp": await room.ok("GET", f"/sign_ups/{begun['id']}"),
        "UpdateSignUp": await room.ok("PATCH", f"/sign_ups/{begun['id']}", {"external_id": "c-1"}),
    }


async def of_images(room: Room, ada: str, organization: str) -> dict[str, Any]:
    user, logo = f"/users/{ada}/profile_image", f"/organizations/{organization}/logo"
    application = await room.ok("POST", "/oauth_applications", {"name": "Partner"})
    at = f"/oauth_applications/{application['id']}/logo"
    return {
        "SetUserProfileImage": (await room.send_file("POST", user, PNG)).json(),
        "DeleteUserProfileImage": await room.ok("DELETE", user),
        "UploadOrganizationLogo": (await room.send_file("PUT", logo, PNG, uploader_user_id=ada)).json(),
        "DeleteOrganizationLogo": await room.ok("DELETE", logo),
        "UploadOAuthApplicationLogo": (await room.send_file("PUT", at, PNG)).json(),
    }


async def of_grants(room: Room, ada: str) -> dict[str, Any]:
    application = await room.ok("POST", "/oauth_applications", {"name": "Partner"})
    granted = room.trigger("oauthAccessToken.issued", user_id=ada)
    revoke = f"/oauth_applications/{application['id']}/revoke_token"
    access = {"access_token": granted["access_token"]}
    return {
        "verifyOAuthAccessToken": await room.ok("POST", "/oauth_applications/access_tokens/verify", access),
        "RevokeOAuthApplicationToken": await room.ok("POST", revoke, {"token": granted["refresh_token"]}),
        "GenerateSvixAuthURL": await room.ok("POST", "/webhooks/svix_url"),
        "DeleteSvixApp": await room.ok("DELETE", "/webhooks/svix"),
        "CreateSvixApp": await room.ok("POST", "/webhooks/svix"),
        "RefreshSession": await refreshed(room),
    }


async def refreshed(room: Room) -> Json:
    """Refresh the session of a browser, by what a handshake has left with its server."""
    tab = await Tab(room).open()
    session = await tab.sign_up()
    token = session["last_active_token"]["jwt"]
    refresh = refreshing.token_of(tx := room.tx(), tx.get(SESSIONS, session["id"]) or {})
    room.runtime.engine.announce(room.world, tx.commit())
    given = {"expired_token": token, "refresh_token": refresh, "request_origin": PAGE, "format": "cookie"}
    return await room.ok("POST", f"/sessions/{session['id']}/refresh", given)
