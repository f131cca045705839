"""Finding things: campaigns and studies, kept in step with Algolia by an outbox."""
