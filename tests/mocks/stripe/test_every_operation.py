from collections.abc import Callable
from pathlib import Path
from typing import Any

from mocks.stripe.provider import stripe
from tests.harness.serving import Receiver, Served

HERE = Path(__file__).parent


def test_gap(
    server: Served, fresh_world: dict[str, Any], node: Callable[..., Any], receiver: Receiver
) -> None:
    stripe.load()
    from tests.mocks.stripe.test_node_sdk import SCRIPT

    seen = set()
    for script in ("billing", "payments", "families", "invoicing", "destinations", "_tmp"):
        fresh_world = server.create_world(seed=7, clock={"mode": "frozen", "now": "2026-03-01T09:00:00Z"})
        names = {
            "SDK": "stripe",
            "STRIPE_PORT": str(server.port + 7),
            "WORLD": fresh_world["id"],
            "RECEIVER": receiver.url,
            "GREENROOM_STRIPE_URL": fresh_world["urls"]["stripe"],
            "HOOK": receiver.url,
            "KEY": fresh_world["env"]["STRIPE_SECRET_KEY"],
            "PORT": str(server.port + 7),
            "WORLD_NAME": fresh_world["name"],
        }
        tmp = HERE / "_tmp.mjs"
        tmp.write_text(SCRIPT.replace("PACKAGE", "stripe").replace("VERSION", ""))
        node(HERE / f"{script}.mjs", {**fresh_world["env"], **names})
        for each in server.control("GET", f"/worlds/{fresh_world['id']}/requests?limit=1000")["requests"]:
            if each["status"] and each["status"] < 400:
                seen.add(each["operation"])
        tmp.unlink()
    wanted = {
        each.id
        for each in stripe.operations.values()
        if not each.public and each.path.startswith(("/v1", "/v2"))
    }
    print(len(wanted), sorted(wanted - seen))
    assert not wanted - seen
