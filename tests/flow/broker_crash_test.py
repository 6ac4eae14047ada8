#!/usr/bin/env python3
"""The broker is killed and started again, many times, under load: no program ends, no acknowledged action is missing, nothing is there twice.

GOVBUS_OUTAGES is the number of kills (10), GOVBUS_SEED the seed.
"""
# @timeout 1200
import os

import outages

outages.run(int(os.environ.get("GOVBUS_OUTAGES", "10")), seconds=((0.0, 1.0), (3.0, 9.0), (9.0, 16.0)))
