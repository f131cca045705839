"""What Cint's hosts answer, one module for each thing; timers and triggers beside them."""
