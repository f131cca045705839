"""The providers' own documents: where they are published, how they are read, and what can be served from them alone."""
