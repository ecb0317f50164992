"""The kinds of files that are taken, each read to its end by a module of its own."""
