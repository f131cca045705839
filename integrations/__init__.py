"""The platform's integration layer: what production runs, on the providers' official SDKs.

It imports nothing else of this repository and knows of no mock: only its settings say which hosts it speaks to.
"""
