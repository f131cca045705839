"""What Mux's API answers, one module for each thing."""
