"""Images: what is taken, what is made of them, where they lie."""

import io
from pathlib import Path

import httpx
import pytest
from PIL import Image, ImageCms

from integrations.errors import ConflictError, NotFoundError
from integrations.images import pictures
from integrations.images.storage import FolderStorage
from tests.integrations.clerk_stub import session_token
from tests.integrations.layer import Layer


def drawn(
    width: int = 3000, height: int = 2000, format: str = "JPEG", mode: str = "RGB", **more: object
) -> bytes:
    target = io.BytesIO()
    Image.new(mode, (width, height), "teal" if mode == "RGB" else None).save(target, format, **more)
    return target.getvalue()


def noted(width: int = 400, height: int = 200) -> bytes:
    """Return a picture as a camera writes it: lying on its side, with notes."""
    notes = Image.Exif()
    notes[0x0112] = 6  # turned by a quarter
    notes[0x010F] = "Camera"
    return drawn(width, height, exif=notes)


@pytest.fixture
def organisation_id(layer: Layer) -> str:
    return layer.services.organisations.create(name="Acme", billing_email="billing@acme.test").id


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_pictures_are_brought_to_the_webs_sizes(layer: Layer, organisation_id: str, format: str) -> None:
    content = drawn(format=format)
    image = layer.services.images.add(organisation_id, title="Key visual", content=content)
    assert (image.format, image.original_bytes) == (format.lower(), len(content))
    assert [(each.name, each.width, each.height) for each in image.variants] == [
        ("large", 2048, 1365),
        ("small", 480, 320),
    ]
    for each in image.variants:
        kept = layer.services.images.content(organisation_id, image.id, each.name)
        opened = Image.open(io.BytesIO(kept))
        assert (opened.format, opened.size, len(kept)) == ("WEBP", (each.width, each.height), each.bytes)


def test_small_pictures_are_not_enlarged_and_stay_transparent() -> None:
    _, made = pictures.variants(drawn(100, 50, "PNG", "RGBA"))
    assert [(each.width, each.height) for each in made] == [(100, 50), (100, 50)]
    assert Image.open(io.BytesIO(made[0].content)).mode == "RGBA"


@pytest.mark.parametrize(("size", "upright"), [((400, 200), (200, 400)), ((6000, 3000), (1024, 2048))])
def test_pictures_are_turned_upright_and_lose_the_cameras_notes(
    size: tuple[int, int], upright: tuple[int, int]
) -> None:
    _, (large, _) = pictures.variants(noted(*size))
    opened = Image.open(io.BytesIO(large.content))
    assert opened.size == upright
    assert dict(opened.getexif()) == {}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no JPEG"),
        (b"<svg/>", "no JPEG"),
        (drawn(format="BMP"), "no JPEG"),
        (drawn()[:4000], "damaged"),
        (drawn(8, 8), "smaller"),
        (drawn(9000, 6000, "PNG", "L"), "more than 50,000,000"),
    ],
)
def test_what_is_no_usable_picture_is_refused_and_leaves_nothing(
    layer: Layer, organisation_id: str, content: bytes, why: str
) -> None:
    with pytest.raises(ConflictError, match=why):
        layer.services.images.add(organisation_id, title="T", content=content)
    assert layer.services.images.list(organisation_id) == []


def middle(content: bytes) -> tuple[int, ...]:
    """Return the colour in the middle of what is kept of a picture."""
    _, (large, _) = pictures.variants(content)
    colour = (
        Image.open(io.BytesIO(large.content)).convert("RGB").getpixel((large.width // 2, large.height // 2))
    )
    assert isinstance(colour, tuple)
    return colour


PAGE = b"<html><script>alert(document.domain)</script></html>"


@pytest.mark.parametrize(
    "content",
    [
        drawn(64, 64) + PAGE,
        drawn(64, 64, comment=PAGE),
        drawn(64, 64, "GIF", "P", comment=PAGE[:200]),
        drawn(64, 64, "WEBP", xmp=PAGE),
        drawn(64, 64, "PNG", icc_profile=PAGE),
    ],
)
def test_what_a_picture_carries_beside_itself_is_not_kept(content: bytes) -> None:
    assert PAGE in content or content.startswith(b"\x89PNG")
    _, made = pictures.variants(content)
    assert not any(b"script" in each.content for each in made)


def test_a_canvas_that_only_claims_to_be_vast_is_refused_before_it_is_made() -> None:
    side = (60_000 - 1).to_bytes(3, "little")
    head = b"VP8X" + (10).to_bytes(4, "little") + b"\x02\0\0\0" + side + side
    animation = b"ANIM" + (6).to_bytes(4, "little") + bytes(6)
    frame = bytes(6) + (15).to_bytes(3, "little") * 2 + b"\x64\0\0\0" + drawn(16, 16, "WEBP")[12:]
    body = b"WEBP" + head + animation + b"ANMF" + len(frame).to_bytes(4, "little") + frame
    with pytest.raises(pictures.PictureRefusedError, match="more than"):
        pictures.variants(b"RIFF" + len(body).to_bytes(4, "little") + body)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_all_kinds_are_taken(mode: str) -> None:
    _, (large, _) = pictures.variants(drawn(64, 64, "PNG", mode))
    assert (large.width, large.height) == (64, 64)


def test_sixteen_bits_are_not_all_white() -> None:
    target = io.BytesIO()
    Image.new("I;16", (64, 64), 0x8000).save(target, "PNG")
    assert all(abs(part - 0x80) < 4 for part in middle(target.getvalue()))


def test_colours_of_another_space_are_shown_as_they_were_meant() -> None:
    """Of a linear space, half the light is a brighter grey to a browser."""
    profile = ImageCms.createProfile("sRGB")
    target = io.BytesIO()
    content = drawn(64, 64, "PNG", icc_profile=ImageCms.ImageCmsProfile(profile).tobytes())
    assert middle(content) == pytest.approx((0, 128, 128), abs=4)
    Image.new("RGB", (64, 64), (128, 128, 128)).save(target, "PNG", icc_profile=linear())
    assert middle(target.getvalue()) == pytest.approx((188, 188, 188), abs=4)


def linear() -> bytes:
    """Return sRGB's profile with light told in straight lines."""
    told = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for number in range(int.from_bytes(told[128:132], "big")):
        entry = 132 + 12 * number
        if bytes(told[entry : entry + 4]) in (b"rTRC", b"gTRC", b"bTRC"):
            at = int.from_bytes(told[entry + 4 : entry + 8], "big")
            told[at : at + 12] = b"curv" + bytes(8)  # a curve of no points is a straight line
    return bytes(told)


def test_a_storage_that_fails_keeps_no_half_of_an_image(
    layer: Layer, organisation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = FolderStorage.put

    def full(storage: FolderStorage, key: str, content: bytes) -> None:
        if key.endswith("small.webp"):
            raise OSError(28, "No space left on device")
        put(storage, key, content)

    monkeypatch.setattr(FolderStorage, "put", full)
    with pytest.raises(OSError, match="No space"):
        layer.services.images.add(organisation_id, title="T", content=drawn(64, 64))
    assert [each for each in Path(layer.settings.image_folder).rglob("*") if each.is_file()] == []


def test_a_content_that_cannot_be_put_leaves_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("integrations.images.storage.os.replace", full)
    with pytest.raises(OSError, match="No space"):
        FolderStorage(tmp_path).put("a/b", b"x")
    assert list((tmp_path / "a").iterdir()) == []


def test_images_are_listed_newest_first_and_removed(layer: Layer, organisation_id: str) -> None:
    images = layer.services.images
    made = []
    for number in range(3):
        layer.clock.elapsed += 1
        made.append(images.add(organisation_id, title=f"n{number}", content=drawn(64, 64)))
    assert [each.title for each in images.list(organisation_id)] == ["n2", "n1", "n0"]
    images.delete(organisation_id, made[1].id)
    assert [each.title for each in images.list(organisation_id)] == ["n2", "n0"]
    folder = Path(layer.settings.image_folder)
    assert len([each for each in folder.rglob("*") if each.is_file()]) == 6
    for wrong in (made[1].id, "nothing", "../x", ""):
        with pytest.raises(NotFoundError):
            images.get(organisation_id, wrong)
    with pytest.raises(NotFoundError):
        images.content(organisation_id, made[0].id, "huge")
    with pytest.raises(NotFoundError):
        images.list("nobody")


@pytest.mark.parametrize("key", ["", "a", "../a/b", "a/../../b", "/a/b", "a/b/", "a//b", "a/.", "a/b\n"])
def test_keys_stay_inside_the_folder(tmp_path: Path, key: str) -> None:
    storage = FolderStorage(tmp_path / "images")
    with pytest.raises(ValueError, match="is no key"):
        storage.put(key, b"x")
    assert list(tmp_path.iterdir()) == []


def test_a_content_is_replaced_whole(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    storage.put("a/b/c.txt", b"one")
    storage.put("a/b/c.txt", b"two")
    storage.put("a/d/c.txt", b"x")
    assert (storage.get("a/b/c.txt"), list(storage.keys("a/b"))) == (b"two", ["a/b/c.txt"])
    storage.delete("a/b/c.txt")
    storage.delete("a/b/c.txt")
    assert (storage.get("a/b/c.txt"), list(storage.keys(""))) == (None, ["a/d/c.txt"])


async def test_images_by_http(client: httpx.AsyncClient, layer: Layer, organisation_id: str) -> None:
    path = f"/organisations/{organisation_id}/images"
    made = await client.post(f"{path}?title=Visual", content=drawn())
    assert made.status_code == 201
    image = made.json()["id"]
    assert [each["id"] for each in (await client.get(path)).json()] == [image]
    assert (await client.get(f"{path}/{image}")).json()["title"] == "Visual"
    file = await client.get(f"{path}/{image}/file?variant=small")
    assert (file.status_code, file.headers["content-type"]) == (200, "image/webp")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert (await client.post(f"{path}?title=x", content=b"x")).status_code == 409
    assert (await client.post(path, content=drawn())).status_code == 422
    too_large = bytes(layer.settings.image_limit_bytes + 1)
    assert (await client.post(f"{path}?title=x", content=too_large)).status_code == 413
    stranger = {"authorization": f"Bearer {session_token()}"}
    assert (await client.get(path, headers=stranger)).status_code == 403
    assert (await client.delete(f"{path}/{image}")).status_code == 204
    assert (await client.get(f"{path}/{image}/file")).status_code == 404
