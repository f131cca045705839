"""Transcription vocabularies: words that speech recognition of live streams should know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.mux import ids

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.mux.parameters import Vocabulary

Json = dict[str, Any]

VOCABULARIES = Collection("mux.transcription_vocabulary")
"""{id, created and updated (unix seconds), name, phrases, passthrough}."""


def create(tx: Transaction, wanted: Vocabulary) -> Json:
    """Keep a new vocabulary."""
    times = {"created": tx.seconds, "updated": tx.seconds}
    document = {"id": ids.new(tx, "transcription_vocabulary"), **times, **wanted.model_dump()}
    return tx.insert(VOCABULARIES, document, fresh=True)


def replace(tx: Transaction, vocabulary: Json, wanted: Vocabulary) -> None:
    """Replace all that a vocabulary holds."""
    vocabulary |= {**wanted.model_dump(), "updated": tx.seconds}
    tx.save(VOCABULARIES, vocabulary)


def shown(vocabulary: Json) -> Json:
    """Show a vocabulary; what it does not have is left out."""
    result = {"id": vocabulary["id"], "phrases": vocabulary["phrases"]}
    result |= {name: vocabulary[name] for name in ("name", "passthrough") if vocabulary[name] is not None}
    return result | {"created_at": str(vocabulary["created"]), "updated_at": str(vocabulary["updated"])}
