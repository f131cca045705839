"""What Algolia's API answers, one module for each thing."""
