"""Hosts that tools call in passing: for telemetry, newer versions and the like. No run fails on them."""

from __future__ import annotations

HOSTS = (
    # package registries, asked for newer versions
    "registry.*",
    # telemetry and checks of frameworks and SDKs
    "telemetry.nextjs.org",
    "clerk-telemetry.com",
    "*.clerk-telemetry.com",
    "checkpoint.prisma.io",
    "binaries.prisma.sh",
    "m.stripe.com",
    "m.stripe.network",
    "q.stripe.com",
    "r.stripe.com",
    "api.cypress.io",
    "*.cypress.io",
    "*.sentry.io",
    "vercel.live",
    "*.pusher.com",
    "challenges.cloudflare.com",
    # GIFs that the platform's pages offer
    "api.giphy.com",
    "*.giphy.com",
    # what Chromium does by itself
    "accounts.google.com",
    "clients2.google.com",
    "clientservices.googleapis.com",
    "content-autofill.googleapis.com",
    "edgedl.me.gvt1.com",
    "optimizationguide-pa.googleapis.com",
    "redirector.gvt1.com",
    "safebrowsing.googleapis.com",
    "update.googleapis.com",
    "www.google.com",
)
