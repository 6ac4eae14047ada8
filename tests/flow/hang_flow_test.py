#!/usr/bin/env python3
"""The broker hangs for 12 s under load, its connections left open: each program says that none answers, and goes on by itself; nothing is missing or there twice."""
# @timeout 240
import outages

outages.run(1, seconds=((12.0, 12.0),), within=20, hangs=True)
