"""Vercel: projects, environment variables, deployments, domains, crons, webhooks, teams and tokens."""
