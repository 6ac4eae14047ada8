#!/usr/bin/env python3
"""The broker is away for 3 s and for 9 s under load, shorter and longer than a session: each program says so, and goes on by itself; nothing is missing or there twice."""
# @timeout 240
import outages

outages.run(2, seconds=((3.0, 3.0), (9.0, 9.0)), within=20)
