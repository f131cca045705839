"""What Stripe's things are: shapes, states, transitions, and the functions that move them."""
