"""Who uses the platform: organisations, people, sessions; mirrored from Clerk."""
