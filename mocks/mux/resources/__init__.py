"""What Mux keeps: shapes, states and domain functions; nothing here knows HTTP."""
