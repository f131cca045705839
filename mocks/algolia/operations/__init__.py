"""What Algolia answers: one short function for each operation."""
