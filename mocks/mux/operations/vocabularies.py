"""Transcription vocabularies."""

from __future__ import annotations

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.mux.dialect import data, find, gone, listed
from mocks.mux.parameters import Listing, Vocabulary
from mocks.mux.provider import mux
from mocks.mux.resources import vocabularies
from mocks.mux.resources.vocabularies import VOCABULARIES

LIST = "/video/v1/transcription-vocabularies"
PATH = f"{LIST}/{{transcription_vocabulary_id}}"


@mux.post(LIST, id="create-transcription-vocabulary", tier="P2", status=201)
def create_vocabulary(tx: Transaction, params: Vocabulary) -> Json:
    """Create a vocabulary."""
    return data(vocabularies.shown(vocabularies.create(tx, params)))


@mux.get(LIST, id="list-transcription-vocabularies", tier="P2")
def list_vocabularies(tx: Transaction, params: Listing) -> Json:
    """List vocabularies, newest first."""
    return listed(tx, VOCABULARIES, params, vocabularies.shown)


@mux.get(PATH, id="get-transcription-vocabulary", tier="P2")
def retrieve_vocabulary(tx: Transaction, transcription_vocabulary_id: str) -> Json:
    """Retrieve a vocabulary."""
    return data(vocabularies.shown(find(tx, VOCABULARIES, transcription_vocabulary_id)))


@mux.put(PATH, id="update-transcription-vocabulary", tier="P2")
def replace_vocabulary(tx: Transaction, params: Vocabulary, transcription_vocabulary_id: str) -> Json:
    """Replace a vocabulary."""
    vocabulary = find(tx, VOCABULARIES, transcription_vocabulary_id)
    vocabularies.replace(tx, vocabulary, params)
    return data(vocabularies.shown(vocabulary))


@mux.delete(PATH, id="delete-transcription-vocabulary", tier="P2", status=204)
def delete_vocabulary(tx: Transaction, transcription_vocabulary_id: str) -> Reply:
    """Delete a vocabulary."""
    tx.delete(VOCABULARIES, find(tx, VOCABULARIES, transcription_vocabulary_id)["id"])
    return gone()
