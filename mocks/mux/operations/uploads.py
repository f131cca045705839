"""Direct uploads over the API: create, list, retrieve, cancel."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.mux.dialect import data, find, listed
from mocks.mux.parameters import Listing, NewUpload
from mocks.mux.provider import mux
from mocks.mux.resources import uploads
from mocks.mux.resources.uploads import UPLOADS


@mux.post("/video/v1/uploads", id="create-direct-upload", tier="P0", status=201)
def create_upload(tx: Transaction, params: NewUpload) -> Json:
    """Create a direct upload."""
    return data(uploads.shown(tx, uploads.create(tx, params)))


@mux.get("/video/v1/uploads", id="list-direct-uploads", tier="P1")
def list_uploads(tx: Transaction, params: Listing) -> Json:
    """List direct uploads, newest first."""
    return listed(tx, UPLOADS, params, lambda upload: uploads.shown(tx, upload))


@mux.get("/video/v1/uploads/{upload_id}", id="get-direct-upload", tier="P1")
def retrieve_upload(tx: Transaction, upload_id: str) -> Json:
    """Retrieve a direct upload."""
    return data(uploads.shown(tx, find(tx, UPLOADS, upload_id)))


@mux.put("/video/v1/uploads/{upload_id}/cancel", id="cancel-direct-upload", tier="P1")
def cancel_upload(tx: Transaction, upload_id: str) -> Json:
    """Cancel a direct upload that still waits."""
    upload = find(tx, UPLOADS, upload_id)
    uploads.cancel(tx, upload)
    return data(uploads.shown(tx, upload))
