"""Images by HTTP."""

from functools import partial
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, HTTPException, Query, Request, Response

from integrations.access import PROBLEMS, CallerOf, ServicesOf
from integrations.images.images import StoredImage
from integrations.images.pictures import TYPE, VARIANTS

router = APIRouter(responses=PROBLEMS)
PATH = "/organisations/{organisation_id}/images"
#: Pictures that are worked on at once: a large one takes some 300 MB, however few bytes it has.
_AT_ONCE = CapacityLimiter(2)
_PICTURE = {
    "requestBody": {
        "required": True,
        "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post(PATH, status_code=201, openapi_extra=_PICTURE)
async def add_image(
    organisation_id: str,
    request: Request,
    caller: CallerOf,
    services: ServicesOf,
    title: Annotated[str, Query(min_length=1, max_length=200)],
) -> StoredImage:
    """Take a picture, which is the body as it is."""
    caller.demand(organisation_id)
    limit = services.settings.image_limit_bytes
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > limit:
            raise HTTPException(413, f"The picture is larger than {limit} bytes (IMAGE_LIMIT_BYTES).")
    add = partial(services.images.add, organisation_id, title=title, content=bytes(content))
    return await to_thread.run_sync(add, limiter=_AT_ONCE)


@router.get(PATH)
def list_images(organisation_id: str, caller: CallerOf, services: ServicesOf) -> list[StoredImage]:
    """List an organisation's images, newest first."""
    return services.images.list(caller.demand(organisation_id))


@router.get(f"{PATH}/{{image_id}}")
def show_image(organisation_id: str, image_id: str, caller: CallerOf, services: ServicesOf) -> StoredImage:
    """Show what is known of an image."""
    return services.images.get(caller.demand(organisation_id), image_id)


@router.get(f"{PATH}/{{image_id}}/file", response_class=Response, responses={200: {"content": {TYPE: {}}}})
def download_image(
    organisation_id: str,
    image_id: str,
    caller: CallerOf,
    services: ServicesOf,
    variant: str = next(iter(VARIANTS)),
) -> Response:
    """Return one size of an image."""
    content = services.images.content(caller.demand(organisation_id), image_id, variant)
    return Response(
        content,
        media_type=TYPE,
        headers={
            "Cache-Control": "private, max-age=31536000, immutable",
            "X-Content-Type-Options": "nosniff",
        },
    )


@router.delete(f"{PATH}/{{image_id}}", status_code=204)
def delete_image(organisation_id: str, image_id: str, caller: CallerOf, services: ServicesOf) -> None:
    """Remove an image."""
    services.images.delete(caller.demand(organisation_id), image_id)
