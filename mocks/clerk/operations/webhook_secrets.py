"""Signing secrets of webhook endpoints: those that a rotation replaced are retired when their grace is over."""

from harness import svix
from mocks.clerk.provider import clerk

clerk.timer(svix.RETIRED)(svix.retire)
