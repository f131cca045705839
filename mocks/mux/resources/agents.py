"""What a browser says of itself, as far as views are grouped by it."""

from __future__ import annotations

import re

_BROWSERS = (
    ("Edge", r"Edg/([\d.]+)"),
    ("Opera", r"OPR/([\d.]+)"),
    ("Firefox", r"Firefox/([\d.]+)"),
    ("Chrome", r"(?:Headless)?Chrome/([\d.]+)"),
    ("Safari", r"Version/([\d.]+).*Safari"),
)
_SYSTEMS = (
    ("iOS", r"(?:iPhone OS|CPU OS) ([\d_]+)"),
    ("Android", r"Android ([\d.]+)"),
    ("Windows", r"Windows NT ([\d.]+)"),
    ("OS X", r"Mac OS X ([\d_.]+)"),
    ("Linux", r"Linux()"),
)


def told(agent: str) -> dict[str, str]:
    """Return browser, operating system and kind of device that a user agent names; nothing of one that names none."""
    found: dict[str, str] = {}
    for name, pattern in _BROWSERS:
        if (match := re.search(pattern, agent[:1000])) is not None:
            found |= {"viewer_application_name": name, "viewer_application_version": match[1]}
            break
    for name, pattern in _SYSTEMS:
        if (match := re.search(pattern, agent[:1000])) is not None:
            found["viewer_os_family"] = name
            if match[1]:
                found["viewer_os_version"] = match[1].replace("_", ".")
            break
    if found:
        tablet = "iPad" in agent or ("Android" in agent and "Mobile" not in agent)
        phone = "Mobile" in agent
        found["viewer_device_category"] = "tablet" if tablet else "phone" if phone else "desktop"
    return found
