"""What Resend's API answers, one module for each thing; timers and triggers beside them."""
