"""Verification: the mocks against pacts and the providers' documents, and the same pacts against live sandboxes."""
