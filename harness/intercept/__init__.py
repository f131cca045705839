"""Interception: an unmodified program reaches the providers' own host names, and finds Greenroom there.

The server's side is `front` and `runs`: ports of a run's own that answer for every host. The command's side is `runner`:
it starts a program so that all it connects to leads to these ports, by a network of its own (`namespace`), by hooks in
Node and CPython (`hooks`), or by its environment alone.
"""
