"""What Clerk's API answers, one module for each thing."""
