"""How the SDK of Algolia's sends requests, so that they join the trace that runs."""

from algoliasearch.http.api_response import ApiResponse
from algoliasearch.http.request_options import RequestOptions
from algoliasearch.http.transporter_sync import TransporterSync
from algoliasearch.http.verb import Verb

from integrations.tracing import outgoing


class Transport(TransporterSync):
    """The SDK's own transport."""

    def request(
        self,
        verb: Verb,
        path: str,
        request_options: RequestOptions,
        use_read_transporter: bool,  # noqa: FBT001 - the SDK's own signature
    ) -> ApiResponse[str]:
        """Send a request."""
        request_options.headers = {**request_options.headers, **outgoing()}
        return super().request(verb, path, request_options, use_read_transporter)
