"""What holds between Vercel's documents."""

from __future__ import annotations

from harness.coherence import Coherence, Link

USER, TEAM, PROJECT = ("vercel.user",), ("vercel.team",), ("vercel.project",)
OWNER = ("vercel.team", "vercel.user")
DEPLOYMENT = ("vercel.deployment",)

COHERENCE = Coherence(
    links={
        "vercel.team": (Link("creatorId", USER),),
        "vercel.user": (Link("defaultTeamId", TEAM),),
        "vercel.member": (Link("team", TEAM), Link("user", USER)),
        "vercel.project": (Link("ownerId", OWNER), Link("targets{}", DEPLOYMENT)),
        "vercel.domain": (Link("projectId", PROJECT),),
        "vercel.variable": (Link("projectId", PROJECT), Link("createdBy", USER)),
        "vercel.deployment": (Link("ownerId", OWNER), Link("projectId", PROJECT)),
        "vercel.build_log": (Link("deploymentId", DEPLOYMENT),),
        "vercel.alias": (
            Link("ownerId", OWNER),
            Link("projectId", PROJECT),
            Link("deploymentId", DEPLOYMENT),
        ),
        "vercel.environment": (Link("projectId", PROJECT),),
        "vercel.check": (Link("deploymentId", DEPLOYMENT),),
    },
    orders={
        "vercel.deployment": (("buildingAt", "ready"),),
        "vercel.project": (("createdAt", "updatedAt"),),
        "vercel.variable": (("createdAt", "updatedAt"),),
    },
)
