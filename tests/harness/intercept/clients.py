"""Every Python client, unmodified and with its hard-coded hosts; prints what each got, or why it failed.

It is started by `greenroom run`, by an interpreter that has the SDKs.
"""

import asyncio
import http.client
import json
import os
import urllib.request
from collections.abc import Callable
from typing import Any

import aiohttp
import algoliasearch.search.client as algolia
import clerk_backend_api
import httpx
import mux_python  # type: ignore[import-untyped]
import requests
import resend
import stripe
import urllib3

ENV = os.environ
BEARER = {"Authorization": f"Bearer {ENV['STRIPE_SECRET_KEY']}"}
CUSTOMERS = "https://api.stripe.com/v1/customers"
RECORD = {"objectID": "1", "name": "Glow"}


def with_stripe() -> Any:
    client = stripe.StripeClient(ENV["STRIPE_SECRET_KEY"], max_network_retries=0)
    return client.v1.customers.create({"email": "ada@northwind.test"}).object


def with_algolia() -> Any:
    client = algolia.SearchClientSync(ENV["ALGOLIA_APP_ID"], ENV["ALGOLIA_ADMIN_API_KEY"])
    client.wait_for_task("python", client.save_object("python", RECORD).task_id)
    return client.search_single_index("python", {"query": "glow"}).nb_hits


async def with_async_algolia() -> Any:
    async with algolia.SearchClient(ENV["ALGOLIA_APP_ID"], ENV["ALGOLIA_ADMIN_API_KEY"]) as client:
        await client.wait_for_task("aio", (await client.save_object("aio", RECORD)).task_id)
        return (await client.search_single_index("aio", {"query": "glow"})).nb_hits


def with_resend() -> Any:
    resend.api_key = ENV["RESEND_API_KEY"]
    mail: Any = {
        "from": "hello@greenroom.test",
        "to": "delivered@resend.dev",
        "subject": "Hello",
        "text": "Hello",
    }
    return "id" in resend.Emails.send(mail)


def with_mux() -> Any:
    configuration = mux_python.Configuration(username=ENV["MUX_TOKEN_ID"], password=ENV["MUX_TOKEN_SECRET"])
    with mux_python.ApiClient(configuration) as client:
        return len(mux_python.AssetsApi(client).list_assets(limit=1).data)


def with_clerk() -> Any:
    with clerk_backend_api.Clerk(bearer_auth=ENV["CLERK_SECRET_KEY"]) as client:
        return len(client.users.list(request={"limit": 1}))


async def with_aiohttp() -> Any:
    async with aiohttp.ClientSession() as session, session.get(CUSTOMERS, headers=BEARER) as answer:
        return (await answer.json())["object"]


async def with_async_httpx() -> Any:
    async with httpx.AsyncClient() as client:
        return (await client.get(CUSTOMERS, headers=BEARER)).json()["object"]


def with_urllib() -> Any:
    with urllib.request.urlopen(urllib.request.Request(CUSTOMERS, headers=BEARER)) as answer:
        return json.load(answer)["object"]


def with_http_client() -> Any:
    connection = http.client.HTTPSConnection("api.stripe.com")
    connection.request("GET", "/v1/customers", headers=BEARER)
    found = json.load(connection.getresponse())["object"]
    connection.close()
    return found


CLIENTS: dict[str, Callable[[], Any]] = {
    "stripe": with_stripe,
    "algoliasearch": with_algolia,
    "algoliasearch, async": lambda: asyncio.run(with_async_algolia()),
    "resend": with_resend,
    "mux": with_mux,
    "clerk": with_clerk,
    "requests": lambda: requests.get(CUSTOMERS, headers=BEARER, timeout=30).json()["object"],
    "httpx": lambda: httpx.get(CUSTOMERS, headers=BEARER).json()["object"],
    "httpx, async": lambda: asyncio.run(with_async_httpx()),
    "aiohttp": lambda: asyncio.run(with_aiohttp()),
    "urllib": with_urllib,
    "urllib3": lambda: urllib3.PoolManager().request("GET", CUSTOMERS, headers=BEARER).json()["object"],
    "http.client": with_http_client,
}


def tried(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
        return f"failed: {error!r}"


if __name__ == "__main__":
    print(json.dumps({name: tried(call) for name, call in CLIENTS.items()}))
