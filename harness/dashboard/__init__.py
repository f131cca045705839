"""What people see of Greenroom in a browser: made by the server, usable without scripts, live with them."""
