"""Settings shared by every test."""

from hypothesis import settings

# How long one example takes says more about a busy machine than about the code.
settings.register_profile("gyre", deadline=None, max_examples=50)
settings.load_profile("gyre")
