"""Frontend API: the environment, its public keys, and development browsers."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import browsing
from mocks.clerk.resources import browsers, environment, instance, tokens


@browsing.get("/v1/environment", id="getEnvironment", tier="P0")
def retrieve_environment(tx: Transaction) -> Json:
    """Show the environment, bare."""
    return environment.shown(tx)


@browsing.patch("/v1/environment", id="updateEnvironment", tier="P0")
def update_environment(tx: Transaction) -> Json:
    """Show the environment to a page of a development instance, which tells its origin with that."""
    return environment.shown(tx)


@browsing.get("/v1/account_portal", id="getAccountPortal", tier="P1")
def retrieve_account_portal(tx: Transaction) -> Json:
    """Show the settings of the account portal."""
    return environment.portal(tx)


@browsing.get("/v1/health", id="getHealth", tier="P1")
def retrieve_health(tx: Transaction) -> Json:
    """Tell that the Frontend API is well."""
    return {"status": "healthy"}


@browsing.post("/v1/dev_browser", id="createDevBrowser", tier="P0")
def create_dev_browser(tx: Transaction) -> Json:
    """Name a browser; older clients read `token`, newer ones `id`."""
    id = browsers.new_dev_browser(tx)["id"]
    return {"id": id, "object": "dev_browser", "token": id}


@browsing.get("/.well-known/jwks.json", id="getJWKS", tier="P1")
def retrieve_keys(tx: Transaction) -> Json:
    """Show the key that session tokens are checked with."""
    return tokens.jwks(tx)


@browsing.get("/.well-known/openid-configuration", id="getOpenIDConfiguration", tier="P1")
def retrieve_openid_configuration(tx: Transaction) -> Json:
    """Show who issues session tokens, and where its keys are."""
    issuer = instance.issuer(tx)
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "revocation_endpoint": f"{issuer}/oauth/token/revoke",
        "introspection_endpoint": f"{issuer}/oauth/token_info",
        "userinfo_endpoint": f"{issuer}/oauth/userinfo",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "id_token_signing_alg_values_supported": ["RS256"],
        "subject_types_supported": ["public"],
        "scopes_supported": ["openid", "profile", "email", "public_metadata", "private_metadata"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "email", "name"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "none", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "backchannel_logout_supported": False,
        "frontchannel_logout_supported": False,
    }
