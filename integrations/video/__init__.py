"""Videos: uploaded by browsers straight to Mux, followed by its webhooks."""
