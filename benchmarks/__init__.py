"""The workloads whose speed we promise, measured as ratios within one run: ``make bench``."""
