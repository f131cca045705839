"""What Resend's things are: their shapes, states and rules."""
