"""What queries answer about places that are no longer in force, and about the cases that were filed or owned there."""
import scene
from scene import TOWN, VILLAGE


def abolished(desk):
	"""A place that is gone is no child of its place any more, and on the board as long as it counts something: children add up to the whole."""
	bus, gone = desk.bus, VILLAGE[:-1] + "9"
	village = {"level": 5, "name": "旧村", "effective_from": scene.LOADED}
	bus.one("gov.place.registered.v1", "old", village, subject="place:" + gone, unit="centre:53", time=desk.now())
	bus.case(desk.report(place=gone)["subject"], 1)
	end = {"change": "abolish", "doc_ref": "test", "effective_from": "2023-03-15T00:00:00+08:00"}
	bus.one("gov.place.changed.v1", "end", end, subject="place:" + gone, unit="centre:53", time=desk.now())
	board = lambda days="from=2023-03-01&to=2023-04-01": bus.read(f"/v1/boards/{TOWN}?{days}")
	scene.bus.wait_for("the end", lambda: gone not in [child["code"] for child in bus.read(f"/v1/places/{TOWN}")["children"]])
	children = {child["place"]: child for child in board()["children"]}
	assert list(children) == [VILLAGE, gone] and children[gone]["in_force"] is False and "in_force" not in children[VILLAGE], children
	here = sum(case["place"] == TOWN for case in bus.read("/v1/cases?limit=200")["items"])
	assert sum(child["reported"] for child in children.values()) + here == board()["total"]["reported"], (children, here)
	assert [child["place"] for child in board("from=2022-01-01&to=2022-02-01")["children"]] == [VILLAGE]


def merged(desk):
	"""Who follows a village that was merged reads its cases, those closed too, lists them under the old code and is told what it may do next."""
	bus, old, new = desk.bus, VILLAGE[:-1] + "7", VILLAGE[:-1] + "8"
	for code in (old, new):
		bus.one("gov.place.registered.v1", "register-" + code, {"level": 5, "name": "村", "effective_from": scene.LOADED}, subject="place:" + code, unit="centre:53", time=desk.now())
	case, heir = desk.report(place=old, type_code="MD02")["subject"], bus.new_token("heir", "centre:" + new, 5, new)
	assert bus.case(case, 1)["owner"] == "centre:" + old
	may = lambda: bus.get(f"/v1/cases/{case}", heir)
	assert may()[0] == 403 and bus.get(f"/v1/cases?unit=centre:{old}", heir)[2]["items"] == []
	end = {"change": "merge", "successor": [new], "doc_ref": "test", "effective_from": "2023-03-15T00:00:00+08:00"}
	bus.one("gov.place.changed.v1", "merge", end, subject="place:" + old, unit="centre:53", time=desk.now())
	scene.bus.wait_for("the merger", lambda: may()[0] == 200)
	assert "gov.case.accepted.v1" in [step["type"] for step in may()[2]["next"]], may()
	assert [item["id"] for item in bus.get(f"/v1/cases?unit=centre:{old}", heir)[2]["items"]] == [case]
