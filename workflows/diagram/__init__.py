"""A definition as a picture that can also be read: drawn once, then told how a project stands."""
