"""What Cint keeps: accounts, projects, target groups, fielding runs, respondents' sessions, webhooks."""
