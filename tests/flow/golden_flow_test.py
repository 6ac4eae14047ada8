#!/usr/bin/env python3
"""The domain's golden stories that this bus has the events for, posted over HTTP to a real broker in history mode: every member of every answer,
of the case after each action, of its timeline, and each tick."""
import sys

import golden
import scene

STORIES = ("g1_landslide", "g4_wrong_unit", "g5_spring_festival", "g6_court", "g7_noise")

for name in sys.argv[1:] or STORIES:
	with scene.Scene() as bus:
		golden.Story(bus, name).play()
	print(f"{name} holds")
