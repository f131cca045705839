"""What Cint keeps: shapes, states and domain functions; nothing here knows HTTP."""
