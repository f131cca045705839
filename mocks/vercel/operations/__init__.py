"""What is served of Vercel's API."""
