"""Where the platform runs: its secrets at Vercel, and how they are replaced."""
