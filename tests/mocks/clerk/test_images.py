"""Images: sent by servers and by browsers, and shown where their address says."""

from base64 import b64encode

import pytest

from tests.mocks.clerk.room import Room
from tests.mocks.clerk.tab import PAGE, VERSION, Tab, anonymous

PNG = b"\x89PNG\r\n\x1a\nrest"
ADA = "ada+clerk_test@northwind.test"


async def test_a_users_image_opens_at_its_address(room: Room) -> None:
    user = await room.user()
    path = f"/users/{user['id']}/profile_image"
    dressed = (await room.send_file("POST", path, PNG)).json()
    assert (dressed["has_image"], dressed["image_url"]) == (True, dressed["profile_image_url"])
    shown = await room.client.get(dressed["image_url"])
    assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
    assert room.announced()[-1] == "user.updated"
    assert (await room.ok("DELETE", path))["has_image"] is False
    assert await room.refused("DELETE", path) == (404, "image_not_found", "")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"plain text", 400, "image_type_not_supported"),
        (b"", 400, "form_param_missing"),
        (PNG + bytes(10 << 20), 413, "image_too_large"),
    ],
)
async def test_only_images_of_ten_megabytes_are_taken(
    room: Room, content: bytes, status: int, code: str
) -> None:
    user = await room.user()
    answer = await room.send_file("POST", f"/users/{user['id']}/profile_image", content)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)
    assert (await room.ok("GET", f"/users/{user['id']}"))["has_image"] is False


async def test_a_logo_names_who_sent_it(room: Room) -> None:
    organization = await room.organization()
    path = f"/organizations/{organization['id']}/logo"
    unknown = await room.send_file("PUT", path, PNG, uploader_user_id="user_nobody")
    assert unknown.json()["errors"][0]["meta"] == {"param_name": "uploader_user_id"}
    assert (await room.send_file("PUT", path, PNG)).json()["has_image"] is True
    assert room.announced()[-1] == "organization.updated"
    assert await room.refused("POST", f"{path}", {}) == (404, "resource_not_found", "")


async def test_browsers_send_images_in_parts_and_in_base64(room: Room, tab: Tab) -> None:
    session = await tab.sign_up(ADA)
    files = {"file": ("face.png", PNG, "image/png")}
    image = (await tab.call("POST", "/v1/me/profile_image", files=files)).json()["response"]
    assert (image["object"], image["name"]) == ("image", "face.png")
    url = f"/~{room.world.name}/v1/me/profile_image"
    query = VERSION | {"__clerk_db_jwt": tab.token}
    plain = {"Origin": PAGE, "Content-Type": "application/octet-stream"}
    data = b"data:image/png;base64," + b64encode(PNG)
    again = await tab.http.post(url, params=query, content=data, headers=plain)
    assert again.json()["response"]["public_url"] != image["public_url"]
    user = await room.ok("GET", f"/users/{session['user']['id']}")
    assert user["image_url"] == again.json()["response"]["public_url"]
    gone = await tab.response("DELETE", "/v1/me/profile_image")
    assert gone["deleted"] is True


async def test_members_without_the_permission_change_no_logo(room: Room, tab: Tab) -> None:
    session = await tab.sign_up(ADA)
    made = await tab.response("POST", "/v1/organizations", {"name": "Northwind"})
    logo = f"/v1/organizations/{made['id']}/logo"
    files = {"file": ("logo.png", PNG, "image/png")}
    sent = await tab.call("PUT", logo, files=files)
    assert sent.json()["response"]["has_image"] is True
    gone = await tab.response("DELETE", logo)
    assert gone["deleted"] is True
    boss = await room.user("boss@northwind.test")
    member = f"/organizations/{made['id']}/memberships"
    await room.ok("POST", member, {"user_id": boss["id"], "role": "org:admin"})
    await room.ok("PATCH", f"{member}/{session['user']['id']}", {"role": "org:member"})
    refused = await tab.call("PUT", logo, files=files)
    assert refused.json()["errors"][0]["code"] == "missing_organization_permission"


async def test_pictures_that_only_clerk_has_are_drawn_under_their_own_host(room: Room) -> None:
    """Components use icons as masks too, which a browser only does with what any origin may read."""
    host = {"Host": "img.clerk.com", "Origin": PAGE}
    icon = await anonymous(room).get("/static/github.svg", headers=host)
    assert (icon.status_code, icon.headers["content-type"]) == (200, "image/svg+xml")
    assert icon.headers.get_list("access-control-allow-origin") == ["*"]
    assert ">G</text>" in icon.text
    custom = await anonymous(room).get("/static/custom_northwind.png", headers=host)
    assert ">N</text>" in custom.text
    face = await anonymous(room).get("/eyJ0eXBlIjoiZGVmYXVsdCJ9?width=160", headers=host)
    assert (face.status_code, "></text>" in face.text) == (200, True)
    sent = await anonymous(room).post("/static/github.svg", headers=host)
    assert (sent.status_code, sent.json()["errors"][0]["code"]) == (404, "resource_not_found")


async def test_the_environment_tells_where_the_picture_of_a_provider_is(room: Room, tab: Tab) -> None:
    room.trigger("instance.customized", social=["oauth_google", "oauth_custom_mock"])
    social = (await tab.ok("GET", "/v1/environment"))["user_settings"]["social"]
    assert [each["name"] for each in social.values()] == ["Google", "Mock"]
    for name, letter in (("oauth_google", "G"), ("oauth_custom_mock", "M")):
        shown = await anonymous(room).get(social[name]["logo_url"])
        assert (shown.status_code, f">{letter}</text>" in shown.text) == (200, True)


async def test_a_picture_says_nothing_that_its_address_brings(room: Room) -> None:
    host = {"Host": "img.clerk.com"}
    for path in ("/static/%3Cscript%3E.svg", "/static/&.svg", "/", "/static/"):
        shown = await anonymous(room).get(path, headers=host)
        assert shown.status_code == 404 or "></text>" in shown.text
