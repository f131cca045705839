"""What the platform writes to people, through Resend."""
