"""What Stripe's API answers: one module per resource, imported at the first request."""
