"""A campaign: found in its organisation alone, with a video, and creators to carry it."""

from __future__ import annotations

import ssl
import time
from typing import Any

import httpx

from demo.footage import mp4
from demo.journey import Journey, check, step

NAME = "Aurora spring launch"
CHUNK = 256 * 1024
PATIENCE_SECONDS = 15.0


@step("algolia")
def campaign(journey: Journey) -> str:
    """A campaign is created and submitted, and indexed by the outbox."""
    made = journey.app(
        "POST",
        "/campaigns",
        organisation_id=journey.organisation,
        name=NAME,
        brand="Aurora",
        platform="INSTAGRAM",
        primary_kpi="AD_RECALL",
        currency="GBP",
        total_budget=50_000,
    )
    journey.campaign = made["id"]
    submitted = journey.app("POST", f"/campaigns/{made['id']}/submit")
    check(submitted["status"] == "SUBMITTED", f"the campaign is {submitted['status']}")
    found = _searched(journey, journey.organisation, until=lambda hit: hit["status"] == "SUBMITTED")
    return f"“aurora spr” finds {found['objectID']} in its organisation"


@step("algolia")
def elsewhere(journey: Journey) -> str:
    """Another organisation does not find it, nor does a browser with that organisation's key."""
    other = journey.app("GET", f"/search?organisation_id={journey.rival}&kind=campaigns&query=aurora")
    check(other["total"] == 0, f"the rival finds {other['hits']}")
    made = journey.app("POST", f"/search/key?organisation_id={journey.rival}")
    client = journey.stage.world.client("algolia")
    client._config.set_client_api_key(made["key"])  # noqa: SLF001 - as a browser would be given the key
    index = made["indices"]["campaigns"]
    hits = client.search_single_index(index, {"query": "", "filters": f"orgId:'{journey.organisation}'"})
    check(hits.nb_hits == 0, f"the secured key sees {hits.nb_hits} campaigns")
    return "0 hits in Rival & Sons; its secured key sees nothing even when it asks for the other's"


def _searched(journey: Journey, organisation: str, until: Any) -> Any:
    """Search until the outbox has worked the change off; it does so every second by itself."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        path = f"/search?organisation_id={organisation}&kind=campaigns&query=aurora%20spr"
        hits = journey.app("GET", path)["hits"]
        if hits and until(hits[0]):
            return hits[0]
        time.sleep(0.1)
    raise AssertionError(f"the campaign was not indexed within {PATIENCE_SECONDS:g} s")


@step("mux")
def upload(journey: Journey) -> str:
    """A video is uploaded in pieces, over TLS, as a browser does."""
    made = journey.app(
        "POST", "/videos", organisation_id=journey.organisation, campaign_id=journey.campaign, title="Teaser"
    )
    journey.video, url = made["video"]["id"], made["upload_url"]
    check(url.startswith("https://"), f"the upload's address is {url}")
    film = mp4(seconds=15.0, width=1080, height=1920, size=3 * CHUNK + 1000)
    trusted = ssl.create_default_context(cafile=str(journey.stage.authority))
    statuses = []
    with httpx.Client(verify=trusted, trust_env=False, timeout=30) as browser:
        for start in range(0, len(film), CHUNK):
            piece = film[start : start + CHUNK]
            span = f"bytes {start}-{start + len(piece) - 1}/{len(film)}"
            headers = {"Content-Type": "video/mp4", "Content-Range": span}
            statuses.append(browser.put(url, content=piece, headers=headers).status_code)
    check(statuses[:-1] == [308] * (len(statuses) - 1), f"the pieces were answered {statuses}")
    check(statuses[-1] in {200, 201}, f"the last piece was answered {statuses[-1]}")
    return f"{len(statuses)} pieces of {len(film)} bytes: {', '.join(map(str, statuses))}"


@step("mux")
def ready(journey: Journey) -> str:
    """The video is encoded and ready, told by webhook."""
    journey.stage.world.clock.advance(minutes=3)
    journey.settle()
    video = journey.app("GET", f"/videos/{journey.video}")
    check(video["status"] == "ready", f"the video is {video['status']}: {video['error']}")
    check(abs(video["duration"] - 15) < 0.1, f"it lasts {video['duration']} s")
    check(video["aspect_ratio"] == "9:16", f"its aspect is {video['aspect_ratio']}")
    return f"{video['asset_id']} is ready: {video['duration']} s, {video['aspect_ratio']}, {video['playback_id']}"


@step("insightiq")
def creators(journey: Journey) -> str:
    """Creators are discovered; one's profile is synced and their risk scored."""
    wanted = {"platform": "INSTAGRAM", "min_followers": 20_000, "max_followers": 200_000, "limit": 10}
    hits = journey.app("POST", "/creators/discover", **wanted)
    check(hits, "nobody was found")
    counts = [hit["follower_count"] for hit in hits]
    check(all(20_000 <= count <= 200_000 for count in counts), f"followers: {counts}")
    handle = hits[0]["platform_username"]
    made = journey.app("POST", "/creators", platform="INSTAGRAM", handle=handle)
    journey.stage.world.clock.advance(minutes=1)
    journey.settle()
    synced = journey.app("GET", f"/creators/{made['id']}")
    check(synced["risk_score"] is not None, f"no risk was scored: {synced}")
    return (
        f"{len(hits)} found; @{synced['handle']} has {synced['follower_count']} followers, "
        f"risk {synced['risk_score']:.0f} of 100 ({synced['risk_level']}), told by webhook"
    )
