"""What Vercel's things are: shapes, states and domain functions."""
