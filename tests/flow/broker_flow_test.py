#!/usr/bin/env python3
"""The broker is killed and started again under load, for a moment and for longer than every session: as broker_crash_test.py, in short."""
import outages

outages.run(2, seconds=((0.0, 0.5), (6.5, 7.5)))
