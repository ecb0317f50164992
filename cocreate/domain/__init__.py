"""Pure rules: no clock, no database, nothing of the web.

Where to begin: ``turns`` (whose turn it is), ``asking`` (what a task asks), ``rights`` (who may), ``audience`` (who
sees), ``news`` and ``hearing`` (who hears of it, and how), ``composing`` and ``contract`` (the text), ``chain`` (the
record).
"""
