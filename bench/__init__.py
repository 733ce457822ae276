"""Measurements, run by ``make bench``; never part of the tests. Ratios to a baseline in the same run, medians."""
