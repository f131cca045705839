"""Small stand-ins for hosts that are no providers: web fonts, exchange rates, a language model, places, pictures.

They let a platform boot and its pages render without a network. None is a mock: nothing is checked, nothing is kept, and
every answer says what it is, in the header `Greenroom-Standin` and, where there is room for it, in its body.
"""

from __future__ import annotations

from harness.intercept.standin import Catalogue
from mocks.others import chat, fonts, noise, pictures, places, rates

catalogue = Catalogue(
    standins=(chat.standin, fonts.standin, pictures.standin, places.standin, rates.standin), noise=noise.HOSTS
)
