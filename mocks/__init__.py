"""One room per provider: stateful fake servers that the providers' own SDKs cannot tell from the real thing."""
