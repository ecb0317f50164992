"""The request: who asks, from which page and browser, and what every answer has. Pages themselves are in ``views``."""
