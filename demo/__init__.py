"""The journey that `make demo` plays: Greenroom and the integration layer as processes, over HTTP, on the official SDKs."""
