"""What the platform's customers owe and pay, at Stripe."""
