"""What Cint's API answers, one module for each thing."""
