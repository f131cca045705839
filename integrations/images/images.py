"""Images of an organisation: kept with what is known of them, listed, and removed."""

from datetime import datetime

from pydantic import BaseModel

from integrations.clock import Clock
from integrations.database import Database
from integrations.errors import ConflictError, NotFoundError
from integrations.identifiers import new_id
from integrations.identity.organisations import require_organisation
from integrations.images import pictures
from integrations.images.pictures import PictureRefusedError
from integrations.images.storage import Storage

_ABOUT = "image.json"


class StoredVariant(BaseModel):
    """One size of an image."""

    name: str
    width: int
    height: int
    bytes: int


class StoredImage(BaseModel):
    """What is known of an image; it lies beside its files."""

    id: str
    organisation_id: str
    title: str
    format: str
    original_bytes: int
    variants: list[StoredVariant]
    created_at: datetime


class Images:
    """Takes, lists and removes images."""

    def __init__(self, database: Database, storage: Storage, clock: Clock) -> None:
        self._database = database
        self._storage = storage
        self._clock = clock

    def add(self, organisation_id: str, *, title: str, content: bytes) -> StoredImage:
        """Check a picture, bring it to the web's sizes, and keep these.

        Raises `NotFoundError` for an unknown organisation, `ConflictError` for what is no usable picture.
        """
        with self._database.transaction() as session:
            require_organisation(session, organisation_id)
        try:
            format, made = pictures.variants(content)
        except PictureRefusedError as error:
            raise ConflictError(str(error)) from error
        image = StoredImage(
            id=new_id(),
            organisation_id=organisation_id,
            title=title,
            format=format.lower(),
            original_bytes=len(content),
            variants=[
                StoredVariant(name=each.name, width=each.width, height=each.height, bytes=len(each.content))
                for each in made
            ],
            created_at=self._clock.now(),
        )
        try:
            for each in made:
                self._storage.put(_key(image, f"{each.name}.webp"), each.content)
            # Last: an image is there once it is described.
            self._storage.put(_key(image, _ABOUT), image.model_dump_json().encode())
        except BaseException:
            self._remove(image)
            raise
        return image

    def list(self, organisation_id: str) -> list[StoredImage]:
        """Return an organisation's images, newest first."""
        with self._database.transaction() as session:
            require_organisation(session, organisation_id)
        keys = [key for key in self._storage.keys(f"{organisation_id}/") if key.endswith(f"/{_ABOUT}")]
        found = [self._read(key) for key in keys]
        present = [image for image in found if image is not None]
        return sorted(present, key=lambda image: (image.created_at, image.id), reverse=True)

    def get(self, organisation_id: str, image_id: str) -> StoredImage:
        """Return what is known of an image; raises `NotFoundError`."""
        image = self._read(f"{organisation_id}/{image_id}/{_ABOUT}")
        if image is None:
            raise NotFoundError("image", image_id)
        return image

    def content(self, organisation_id: str, image_id: str, variant: str) -> bytes:
        """Return one size of an image (`pictures.TYPE`); raises `NotFoundError`."""
        image = self.get(organisation_id, image_id)
        known = any(each.name == variant for each in image.variants)
        content = self._storage.get(_key(image, f"{variant}.webp")) if known else None
        if content is None:
            raise NotFoundError("size of image", variant)
        return content

    def delete(self, organisation_id: str, image_id: str) -> None:
        """Remove an image; raises `NotFoundError`."""
        self._remove(self.get(organisation_id, image_id))

    def _remove(self, image: StoredImage) -> None:
        self._storage.delete(_key(image, _ABOUT))
        for each in image.variants:
            self._storage.delete(_key(image, f"{each.name}.webp"))

    def _read(self, key: str) -> StoredImage | None:
        try:
            content = self._storage.get(key)
        except ValueError:
            return None
        return None if content is None else StoredImage.model_validate_json(content)


def _key(image: StoredImage, name: str) -> str:
    return f"{image.organisation_id}/{image.id}/{name}"
