"""Papers as files: what they say by themselves, how they are set as PDF, and the seal on them."""
