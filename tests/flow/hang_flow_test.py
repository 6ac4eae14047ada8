#!/usr/bin/env python3
"""The broker hangs under load, its connections left open, for 12 s and twice for 4 s, longer than its own session: each program says that none
answers, if it lasts, and goes on by itself; nothing is missing or there twice."""
# @timeout 240
import outages

outages.run(3, seconds=((12.0, 12.0), (4.0, 4.0), (4.0, 4.0)), within=20, hangs=True)
