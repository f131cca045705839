"""The upload host: takes files by PUT, whole or in chunks, from servers and from browsers.

A resumable upload of Google Cloud Storage, which Mux hands out the addresses of; nothing here has credentials.
"""

from __future__ import annotations

from harness.messages import Reply, Request
from harness.transaction import Transaction
from mocks.mux import errors
from mocks.mux.dialect import find
from mocks.mux.provider import mux
from mocks.mux.resources import chunks, uploads
from mocks.mux.resources.uploads import UPLOADS

PLAIN = "text/plain; charset=utf-8"
DAY = "86400"


@mux.operation("OPTIONS", "/upload/{upload_id}", id="preflight-upload", tier="P0", public=True)
def preflight(tx: Transaction, upload_id: str) -> Reply:
    """Tell a browser that it may PUT here, if its page is of the upload's origin."""
    allowed = uploads.check_origin(tx, find(tx, UPLOADS, upload_id))
    headers = [
        (errors.ALLOW_ORIGIN, allowed),
        ("Access-Control-Allow-Methods", "PUT"),
        ("Access-Control-Allow-Headers", "content-type, content-range"),
        ("Access-Control-Max-Age", DAY),
    ]
    return Reply(b"", 200, headers, PLAIN)


@mux.put("/upload/{upload_id}", id="put-upload", tier="P0", public=True)
def put_file(tx: Transaction, upload_id: str) -> Reply:
    """Take a file or a chunk of it, or tell how far it is there."""
    request, upload = _request(tx), find(tx, UPLOADS, upload_id)
    uploads.check_signature(upload, request.query)
    headers = [(errors.ALLOW_ORIGIN, uploads.check_origin(tx, upload))]
    span = chunks.span(request.header("content-range"), request.upload or chunks.Small(tx, request.body))
    kept = upload["kept"]
    try:
        done = uploads.receive(tx, upload, span)
    except chunks.Early:
        # As Google Cloud Storage says it: 503 and plain text, which UpChunk takes for a reason to send again.
        text = (
            f"Invalid request. According to the Content-Range header, the upload offset is {span.start} byte(s),"
            f" which exceeds already uploaded size of {kept['received']} byte(s)."
        )
        return Reply(text, 503, headers, PLAIN)
    if done:
        return Reply(b"", 200, [*headers, ("X-Goog-Stored-Content-Length", str(kept["received"]))], PLAIN)
    if kept["received"]:
        headers.append(("Range", f"bytes=0-{kept['received'] - 1}"))
    return Reply(b"", 308, headers, PLAIN)


def _request(tx: Transaction) -> Request:
    assert tx.request is not None  # noqa: S101 - only timers and triggers have none
    return tx.request
