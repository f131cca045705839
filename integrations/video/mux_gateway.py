"""The only door to Mux's API: the official SDK, guarded, and reduced to what the platform relies on."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import urllib3

from integrations.clock import Clock
from integrations.errors import ProviderError, ProviderRefusedError, Refusal
from integrations.resilience import ProviderGuard, judge, parse_retry_after
from integrations.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadState:
    """What Mux says about a direct upload; `url` is where the browser puts the file, as long as it may."""

    id: str
    status: str
    url: str | None
    asset_id: str | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetState:
    """What Mux says about an asset; `duration` is in seconds.

    `playback_id` is the first public one, else the first that needs a token (`signed`).
    """

    id: str
    status: str
    upload_id: str | None
    passthrough: str | None
    playback_id: str | None
    duration: float | None
    aspect_ratio: str | None
    error: str | None
    signed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackFigures:
    """How an asset was watched in a timeframe, as Mux Data counts it; times are in milliseconds.

    Shares (failed, rebuffering) and the score are from 0 to 1; None where no view has a value.
    """

    views: int
    unique_viewers: int
    started_views: int
    watch_time: int
    playing_time: int
    startup_time: float | None
    failed: float | None
    rebuffering: float | None
    score: float | None


class MuxGateway:
    """Calls Mux. Every method raises `ProviderError`, or `NotConfiguredError` when there is no Mux.

    What does not exist is None, not an error: a webhook may tell of something that has been deleted since.
    """

    def __init__(self, settings: Settings, guard: ProviderGuard, clock: Clock) -> None:
        self._settings = settings
        self._guard = guard
        self._clock = clock
        self._lock = threading.Lock()
        self._built: Any = None

    def create_upload(self, *, passthrough: str, cors_origin: str, signed: bool = False) -> UploadState:
        """Open a direct upload whose asset will carry `passthrough`; a `signed` one is played with tokens only.

        Mux knows no idempotency keys: when an answer is lost, the retry opens a second upload, and the first one
        times out unused.
        """
        import mux_python  # type: ignore[import-untyped]

        request = mux_python.CreateUploadRequest(
            cors_origin=cors_origin,
            new_asset_settings=mux_python.CreateAssetRequest(
                playback_policies=[_policy(signed=signed)], passthrough=passthrough
            ),
        )
        return _upload(
            self._call(
                "create upload",
                lambda client: mux_python.DirectUploadsApi(client).create_direct_upload(request),
            )
        )

    def upload(self, upload_id: str) -> UploadState | None:
        """Read a direct upload."""
        import mux_python

        found = self._find(
            "retrieve upload", lambda client: mux_python.DirectUploadsApi(client).get_direct_upload(upload_id)
        )
        return None if found is None else _upload(found)

    def cancel_upload(self, upload_id: str) -> None:
        """Cancel an upload that waits for its file; one that does not wait any more is left as it is."""
        import mux_python

        self._find(
            "cancel upload",
            lambda client: mux_python.DirectUploadsApi(client).cancel_direct_upload(upload_id),
            absent={403, 404},
        )

    def create_asset(self, *, passthrough: str, url: str, signed: bool = False) -> AssetState:
        """Let Mux fetch a file and make an asset of it, which will carry `passthrough`.

        When an answer is lost, the retry makes a second asset, as Mux knows no idempotency keys; the video keeps the one
        that it heard of first.
        """
        import mux_python

        request = mux_python.CreateAssetRequest(
            inputs=[mux_python.InputSettings(url=url)],
            playback_policies=[_policy(signed=signed)],
            passthrough=passthrough,
        )
        made = self._call("create asset", lambda client: mux_python.AssetsApi(client).create_asset(request))
        return _asset(made.data)

    def figures(self, asset_id: str, days: int) -> PlaybackFigures:
        """Read how an asset was watched in the last days."""
        import mux_python

        answer = self._call(
            "compare metrics",
            lambda client: mux_python.MetricsApi(client).list_all_metric_values(
                dimension="asset_id", value=asset_id, timeframe=[f"{days}:days"]
            ),
        )
        return _figures(answer.data)

    def asset(self, asset_id: str) -> AssetState | None:
        """Read an asset."""
        import mux_python

        found = self._find("retrieve asset", lambda client: mux_python.AssetsApi(client).get_asset(asset_id))
        return None if found is None else _asset(found.data)

    def delete_asset(self, asset_id: str) -> None:
        """Delete an asset for good; one that is gone already is fine."""
        import mux_python

        self._find("delete asset", lambda client: mux_python.AssetsApi(client).delete_asset(asset_id))

    def close(self) -> None:
        """Close the connections."""
        if self._built is not None:
            self._built.rest_client.pool_manager.clear()
            self._built.close()

    def _client(self) -> Any:
        # Built at its first use: the SDK is large, and Mux may be absent.
        token_id, secret = self._settings.required("mux", "mux_token_id", "mux_token_secret")
        with self._lock:
            if self._built is None:
                import mux_python

                from integrations.video.mux_client import Client

                configuration = mux_python.Configuration(
                    host=self._settings.mux_url, username=token_id, password=secret
                )
                configuration.retries = False
                self._built = Client(configuration)
            return self._built

    def _find(
        self, operation: str, call: Callable[[Any], T], absent: frozenset[int] | set[int] = frozenset({404})
    ) -> T | None:
        try:
            return self._call(operation, call)
        except ProviderError as error:
            if error.status not in absent:
                raise
            return None

    def _call(self, operation: str, call: Callable[[Any], T]) -> T:
        from mux_python.exceptions import OpenApiException  # type: ignore[import-untyped]

        client = self._client()
        client.rest_client.pool_manager.connection_pool_kw["timeout"] = urllib3.Timeout(
            self._settings.provider_timeout_seconds
        )

        def attempt() -> T:
            try:
                return call(client)
            except (OpenApiException, urllib3.exceptions.HTTPError) as error:
                raise self._translate(operation, error) from error
            except ValueError as error:
                # The SDK knows all statuses by name, and breaks on a newer one.
                raise ProviderRefusedError(
                    Refusal(provider=self._guard.provider, operation=operation, message=str(error))
                ) from error

        return self._guard.call(operation, attempt)

    def _translate(self, operation: str, error: Exception) -> ProviderError:
        headers = {name.lower(): value for name, value in (getattr(error, "headers", None) or {}).items()}
        code, message = _explain(getattr(error, "body", None))
        return judge(
            Refusal(
                provider=self._guard.provider,
                operation=operation,
                message=message or type(error).__name__,
                # The SDK gives the status 0 to a request that got no answer.
                status=getattr(error, "status", None) or None,
                code=code,
                request_id=headers.get("x-request-id"),
                retry_after_seconds=parse_retry_after(headers.get("retry-after"), self._clock),
            )
        )


def _explain(body: bytes | str | None) -> tuple[str | None, str]:
    """Read both of Mux's error envelopes: `{"error": {"type", "messages"}}`, and `{"errors": [...]}` of a 429."""
    try:
        said = json.loads(body or "{}")
    except ValueError:
        return None, ""
    if not isinstance(said, dict):
        return None, ""
    error = said.get("error")
    if isinstance(error, dict):
        return error.get("type"), "; ".join(map(str, error.get("messages") or [error.get("message") or ""]))
    return None, "; ".join(map(str, said.get("errors") or []))


def _upload(answer: Any) -> UploadState:
    upload = answer.data
    error = upload.error
    return UploadState(
        id=upload.id,
        status=upload.status,
        url=upload.url,
        asset_id=upload.asset_id,
        error=None if error is None else f"{error.type}: {error.message}",
    )


def _policy(*, signed: bool) -> str:
    return "signed" if signed else "public"


def _figures(told: list[Any]) -> PlaybackFigures:
    """Read the comparison of all metrics: what the views add up to first, then each metric, some below others."""
    totals, *metrics = told
    known = {
        item.metric: item.value
        for each in metrics
        for item in (each, *reversed(each.items or []))
        if item.metric is not None
    }
    watched = bool(totals.view_count)

    def share(metric: str) -> float | None:
        return known.get(metric) if watched else None

    return PlaybackFigures(
        views=totals.view_count or 0,
        unique_viewers=totals.unique_viewers or 0,
        started_views=totals.started_views or 0,
        watch_time=totals.watch_time or 0,
        playing_time=totals.total_playing_time or 0,
        startup_time=share("video_startup_time"),
        failed=share("playback_failure_percentage"),
        rebuffering=share("rebuffer_percentage"),
        score=share("viewer_experience_score"),
    )


def _asset(asset: Any) -> AssetState:
    found = {str(each.policy): each.id for each in reversed(asset.playback_ids or [])}
    errors = asset.errors
    return AssetState(
        id=asset.id,
        status=asset.status,
        upload_id=asset.upload_id,
        passthrough=asset.passthrough,
        playback_id=found.get("public") or found.get("signed"),
        signed="public" not in found and "signed" in found,
        duration=asset.duration,
        aspect_ratio=asset.aspect_ratio,
        error=None if errors is None else f"{errors.type}: {'; '.join(errors.messages or [])}",
    )
