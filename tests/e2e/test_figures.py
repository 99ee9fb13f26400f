"""What screens show of a server agrees with what was done to it: figures, load, diff summaries, the commit graph."""

from __future__ import annotations

import time

import pytest
import requests

INTERVAL_SECONDS = 10


class Api:
    def __init__(self, server):
        self.server = server

    def ask(self, method, path, **options):
        return requests.request(method, self.server.api + path, auth=self.server.auth, timeout=60, **options)

    def get(self, path, **parameters):
        answer = self.ask("GET", path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path, body=None):
        answer = self.ask("POST", path, json=body or {})
        assert answer.status_code in (200, 201), answer.text
        return answer.json() if answer.headers.get("Content-Type") == "application/json" else answer.text

    def put(self, branch, path, data):
        answer = self.ask("POST", f"/repositories/dogs/branches/{branch}/objects", params={"path": path}, data=data,
                          headers={"Content-Type": "application/octet-stream"})  # fmt: skip
        assert answer.status_code == 201, answer.text

    def commit(self, branch, message="changes", **more):
        return self.post(f"/repositories/dogs/branches/{branch}/commits", {"message": message, **more})["id"]

    def branch(self, name, source="main"):
        self.post("/repositories/dogs/branches", {"name": name, "source": source})


@pytest.fixture
def api(server, name):
    server.s3().create_bucket(Bucket=name)
    api = Api(server)
    api.post("/repositories", {"name": "dogs", "storage_namespace": f"s3://{name}/dogs", "default_branch": "main"})
    return api


# ── the server


def test_the_server_tells_its_state_and_no_secret(server, api, name):
    server.s3().put_object(Bucket=name, Key="plain", Body=b"x" * 1000)
    state = api.get("/server")

    assert state["health"] == {"state": "ok", "reason": ""}
    assert (state["listen"], state["s3_listen"]) == (server.address, server.s3_address)
    assert (state["region"], state["data_folder"]) == ("us-east-1", str(server.data))
    assert state["threads"]["network"] >= 1 and state["threads"]["worker"] >= 1
    assert state["started_ms"] <= state["now_ms"] < state["started_ms"] + 600_000
    [drive] = state["drives"]
    assert drive["path"] == str(server.data)
    assert 0 < drive["free_bytes"] <= drive["capacity_bytes"]
    assert 0 < drive["used_bytes"] <= drive["capacity_bytes"]
    assert state["engine"]["blob_bytes"] >= 1000
    assert set(state["engine"]) == {"blob_count", "blob_bytes", "live_bytes", "log_segments", "data_segments",
                                    "free_segments", "index_disk_bytes", "index_memory_bytes"}  # fmt: skip
    assert state["counts"]["repositories"] == 1
    assert state["counts"]["buckets"] == 1
    assert state["counts"]["objects"] >= 2  # and the namespace's own
    assert {"name": "listen", "value": server.address} in state["options"]
    assert server.secret_access_key not in str(state)
    assert server.access_key_id not in str(state)


def test_the_servers_figures_are_for_those_who_may(server, api):
    run = api.post("/repositories/dogs/branches/main/run_keys", {"run": "r"})
    pair = run["access_key_id"], run["secret_access_key"]
    status = lambda path: requests.get(server.api + path, auth=pair, timeout=30).status_code  # noqa: E731

    assert [status(path) for path in ("/server", "/server/series", "/buckets")] == [403] * 3
    assert status("/repositories/dogs/figures") == 200
    assert requests.get(f"{server.api}/server", timeout=30).status_code == 401


def test_the_load_is_told_by_intervals(server, api, name):
    s3 = server.s3()
    first = int(time.time() // INTERVAL_SECONDS) * INTERVAL_SECONDS * 1000
    before = api.get("/server/series")["points"]
    for number in range(20):
        s3.put_object(Bucket=name, Key=f"k{number}", Body=b"x" * 10_000)
    for _ in range(5):
        assert api.ask("GET", "/repositories/none").status_code == 404
    requests.get(f"{server.endpoint}/healthz", timeout=30)
    requests.get(f"{server.endpoint}/ui/none", timeout=30)
    requests.get(f"{server.endpoint}/ui/assets/none", timeout=30)
    last = int((time.time() + 1) // INTERVAL_SECONDS) * INTERVAL_SECONDS * 1000  # bytes are told within a second
    while (time.time() * 1000) < last + INTERVAL_SECONDS * 1000:
        time.sleep(0.1)  # tidy-allow: only whole intervals are told
    series = api.get("/server/series")

    points = series["points"]
    started_ms = api.get("/server")["started_ms"]
    assert series["interval_ms"] == 10_000
    assert len(before) <= len(points) <= 360
    assert all(b["time_ms"] - a["time_ms"] == 10_000 for a, b in zip(points, points[1:], strict=False))
    assert points[0]["time_ms"] == started_ms // 10_000 * 10_000  # of the time before the start nothing is known
    told = [point for point in points if first <= point["time_ms"] <= last]
    total = {field: sum(point[field] for point in told) for field in points[0]}
    assert 20 <= total["s3_requests"] <= 21  # the fixture made the bucket
    assert 6 <= total["rest_requests"] <= 7  # and the repository; no page, no health check
    assert (total["client_errors"], total["server_errors"]) == (5, 0)
    assert total["received_bytes"] >= 200_000
    assert total["sent_bytes"] > 0
    for point in told:
        assert point["p50_ms"] <= point["p95_ms"] <= point["p99_ms"]
        assert (point["p99_ms"] > 0) == (point["s3_requests"] + point["rest_requests"] > 0)
    assert len(api.get("/server/series", minutes=1)["points"]) <= 6
    for wrong in ("0", "61", "x"):
        assert api.ask("GET", "/server/series", params={"minutes": wrong}).status_code == 400


def test_the_load_before_a_restart_is_still_known_and_the_time_between_is_not(start_server):
    first = start_server()
    for _ in range(5):
        requests.get(f"{first.api}/repositories/none", auth=first.auth, timeout=30)
    first.stop()
    stopped_ms = time.time() * 1000
    while time.time() * 1000 < (stopped_ms // 10_000 + 2) * 10_000:
        time.sleep(0.1)  # tidy-allow: a whole interval without a server
    second = start_server(data=first.data)
    started_ms = Api(second).get("/server")["started_ms"]
    while time.time() * 1000 < (started_ms // 10_000 + 1) * 10_000:
        time.sleep(0.1)  # tidy-allow: only whole intervals are told
    points = Api(second).get("/server/series")["points"]

    known = {point["time_ms"]: point for point in points}
    assert sum(point["client_errors"] for point in points if point["time_ms"] <= stopped_ms) == 5
    assert (stopped_ms // 10_000 + 1) * 10_000 not in known
    assert started_ms // 10_000 * 10_000 in known


# ── buckets and repositories


def test_buckets_come_in_pages_with_exact_figures(server, api, name):
    s3 = server.s3()
    for bucket in ("a-one", "a-two", "z-last"):
        s3.create_bucket(Bucket=bucket)
    for number in range(3):
        s3.put_object(Bucket="a-one", Key=f"k{number}", Body=b"x" * 100)
    s3.delete_object(Bucket="a-one", Key="k0")
    api.put("main", "x", b"12345")
    api.commit("main")

    all_of_them = api.get("/buckets")["results"]
    first = api.get("/buckets", amount=2)
    second = api.get("/buckets", amount=2, after=first["pagination"]["next_offset"])
    third = api.get("/buckets", amount=2, after=second["pagination"]["next_offset"])

    assert [bucket["name"] for bucket in all_of_them] == ["a-one", "a-two", "dogs", name, "z-last"]
    by_name = {bucket["name"]: bucket for bucket in all_of_them}
    assert (by_name["a-one"]["objects"], by_name["a-one"]["bytes"], by_name["a-one"]["kind"]) == (2, 200, "bucket")
    assert (by_name["dogs"]["objects"], by_name["dogs"]["bytes"], by_name["dogs"]["kind"]) == (1, 5, "repository")
    assert by_name[name]["repositories"] == [{"id": "dogs", "storage_namespace": f"s3://{name}/dogs"}]
    assert by_name["dogs"]["repositories"] == []
    assert abs(by_name["a-one"]["creation_ms"] / 1000 - time.time()) < 600
    assert first["pagination"] == {"has_more": True, "max_per_page": 2, "next_offset": "a-two", "results": 2}
    assert first["results"] + second["results"] + third["results"] == all_of_them
    assert third["pagination"]["has_more"] is False
    assert [bucket["name"] for bucket in api.get("/buckets", prefix="a-")["results"]] == ["a-one", "a-two"]


def test_figures_of_a_repository_follow_each_change(server, api, name):
    empty = api.get("/repositories/dogs/figures")
    api.put("main", "a", b"x" * 100)
    api.put("main", "b/c", b"x" * 1000)
    staged = api.get("/repositories/dogs/figures")
    api.commit("main")
    api.branch("other")
    api.post("/repositories/dogs/tags", {"id": "v1", "ref": "main"})
    committed = api.get("/repositories/dogs/figures")
    api.put("main", "b/c", b"x" * 10)
    api.commit("main")
    smaller = api.get("/repositories/dogs/figures")

    assert (empty["branches"], empty["tags"], empty["objects"], empty["bytes"]) == (1, 0, 0, 0)
    assert (empty["data_objects"], empty["data_bytes"]) == (0, 0)
    assert empty["metadata_objects"] >= 1
    assert (staged["objects"], staged["data_objects"], staged["data_bytes"]) == (0, 2, 1100)
    assert (committed["branches"], committed["tags"]) == (2, 1)
    assert (committed["objects"], committed["bytes"], committed["bytes_exact"]) == (2, 1100, True)
    assert committed["metadata_objects"] > empty["metadata_objects"]
    assert (smaller["objects"], smaller["bytes"], smaller["data_bytes"]) == (2, 110, 1110)
    for figures in (empty, staged, committed, smaller):
        assert figures["namespace_objects"] == figures["data_objects"] + figures["metadata_objects"]
        assert figures["namespace_bytes"] == figures["data_bytes"] + figures["metadata_bytes"]
        assert figures["namespace_exact"] is True
    listed = [o["Size"] for o in server.s3().list_objects_v2(Bucket=name, Prefix="dogs/")["Contents"]]
    assert (smaller["namespace_objects"], smaller["namespace_bytes"]) == (len(listed), sum(listed))
    assert api.ask("GET", "/repositories/none/figures").status_code == 404


# ── diff summaries


def tally(added=0, removed=0, changed=0, conflicts=0, added_bytes=0, removed_bytes=0):
    return {"added": added, "removed": removed, "changed": changed, "conflicts": conflicts,
            "added_bytes": added_bytes, "removed_bytes": removed_bytes}  # fmt: skip


def row(path, path_type="common_prefix", **counts):
    return {"path": path, "path_type": path_type, **tally(**counts)}


def test_a_diff_is_summed_up_by_folder(api):
    for path, size in {"a/1": 10, "a/2": 10, "b/x/1": 10, "b/y": 10, "top": 10}.items():
        api.put("main", path, b"x" * size)
    api.commit("main")
    api.branch("other")
    api.put("other", "a/1", b"y" * 15)
    api.put("other", "a/3", b"y" * 7)
    for path in ("b/x/1", "top"):
        api.ask("DELETE", "/repositories/dogs/branches/other/objects", params={"path": path})
    uncommitted = api.get("/repositories/dogs/branches/other/diff/summary")
    api.commit("other")
    committed = api.get("/repositories/dogs/refs/main/diff/other/summary")
    two_dot = api.get("/repositories/dogs/refs/main/diff/other/summary", type="two_dot")

    expected = [
        row("a/", added=1, changed=1, added_bytes=22, removed_bytes=10),
        row("b/", removed=1, removed_bytes=10),
        row("top", "object", removed=1, removed_bytes=10),
    ]
    total = tally(added=1, removed=2, changed=1, added_bytes=22, removed_bytes=30)
    for summary in (uncommitted, committed, two_dot):
        assert summary == {"results": expected, "total": total, "truncated": False}
    inside = api.get("/repositories/dogs/refs/main/diff/other/summary", prefix="b/")
    assert inside["results"] == [row("b/x/", removed=1, removed_bytes=10)]
    flat = api.get("/repositories/dogs/refs/main/diff/other/summary", delimiter="")
    assert [(r["path"], r["path_type"]) for r in flat["results"]] == [(p, "object") for p in ("a/1", "a/3", "b/x/1", "top")]
    clean = api.get("/repositories/dogs/branches/other/diff/summary")
    assert clean == {"results": [], "total": tally(), "truncated": False}
    assert api.ask("GET", "/repositories/dogs/refs/main/diff/none/summary").status_code == 404
    assert api.ask("GET", "/repositories/dogs/refs/main/diff/other/summary?type=one").status_code == 400


def test_conflicts_are_counted_and_rows_are_bounded(api):
    api.put("main", "same", b"1")
    api.commit("main")
    api.branch("other")
    api.put("main", "same", b"2")
    api.commit("main")
    api.put("other", "same", b"333")
    for number in range(1_005):
        api.put("other", f"many/{number:04}", b"x")
    api.commit("other")

    summary = api.get("/repositories/dogs/refs/main/diff/other/summary")
    flat = api.get("/repositories/dogs/refs/main/diff/other/summary", prefix="many/")

    assert summary["results"] == [row("many/", added=1_005, added_bytes=1_005), row("same", "object", conflicts=1)]
    assert (len(flat["results"]), flat["truncated"]) == (1_000, True)
    assert flat["total"] == tally(added=1_005, added_bytes=1_005)


# ── the graph


def test_the_graph_holds_the_commits_of_all_branches_children_first(api):
    root = api.get("/repositories/dogs/graph")["results"][0]["id"]
    api.put("main", "a", b"1")
    first = api.commit("main")
    made_up = int(time.time()) + 100_000  # a date ahead of what comes after it
    api.branch("left")
    api.put("left", "l", b"1")
    left = api.commit("left", date=made_up)
    api.branch("right")
    api.put("right", "r", b"1")
    right = api.commit("right")
    api.branch("late", "left")
    api.put("late", "x", b"1")
    late = api.commit("late")
    api.post("/repositories/dogs/refs/left/merge/main")
    merge = api.get("/repositories/dogs/branches/main")["commit_id"]
    api.post("/repositories/dogs/tags", {"id": "v1", "ref": first})

    graph = api.get("/repositories/dogs/graph")

    ids = [commit["id"] for commit in graph["results"]]
    assert sorted(ids) == sorted([root, first, left, right, late, merge])
    for commit in graph["results"]:
        for parent in commit["parents"]:
            assert ids.index(commit["id"]) < ids.index(parent), "children stand before their parents"
    assert set(graph["results"][0]) == set(api.get("/repositories/dogs/refs/main/commits")["results"][0])
    assert sorted((ref["type"], ref["id"], ref["commit_id"]) for ref in graph["refs"]) == sorted([
        ("branch", "main", merge), ("branch", "left", left), ("branch", "right", right), ("branch", "late", late),
        ("tag", "v1", first)])  # fmt: skip

    pages, after = [], ""
    while True:
        page = api.get("/repositories/dogs/graph", amount=2, after=after)
        pages.append([commit["id"] for commit in page["results"]])
        assert all(ref["commit_id"] in pages[-1] for ref in page["refs"])
        if not page["pagination"]["has_more"]:
            break
        after = page["pagination"]["next_offset"]
    assert [len(page) for page in pages] == [2, 2, 2]
    assert sum(pages, []) == ids
    assert api.ask("GET", "/repositories/dogs/graph", params={"after": "nothing"}).status_code == 404


def test_the_graph_follows_branches_that_come_and_go(api):
    api.branch("gone")
    api.put("gone", "a", b"1")
    gone = api.commit("gone")
    assert gone in [commit["id"] for commit in api.get("/repositories/dogs/graph")["results"]]

    api.ask("DELETE", "/repositories/dogs/branches/gone")
    graph = api.get("/repositories/dogs/graph")

    assert gone not in [commit["id"] for commit in graph["results"]]
    assert api.get("/repositories/dogs/graph", after=gone)["results"] == graph["results"], "a page goes on where it was"


# ── how answers travel


def test_answers_are_compressed_for_who_takes_it_and_objects_are_not(server, api):
    body = b"[" + b'{"a": 1}, ' * 2000 + b"{}]"
    for number in range(200):
        api.put("main", f"some/path/of/many-{number:04}", b"x")
    api.put("main", "numbers.json", body)

    def ask(path, accepted):
        return requests.get(server.api + path, auth=server.auth, timeout=60, headers={"Accept-Encoding": accepted})

    listing = "/repositories/dogs/refs/main/objects/ls?amount=1000"
    plain, packed = ask(listing, "identity"), ask(listing, "gzip")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert int(packed.headers["Content-Length"]) < len(plain.content) / 4
    assert [entry["path"] for entry in packed.json()["results"]] == [e["path"] for e in plain.json()["results"]]
    object_bytes = ask("/repositories/dogs/refs/main/objects?path=numbers.json", "gzip")
    assert "Content-Encoding" not in object_bytes.headers
    assert object_bytes.content == body


def test_lists_are_searched_for_any_part_of_a_name(server, api, name):
    for number in range(30):
        api.branch(f"grid-{number}")
    api.branch("A-Long-Description")
    api.post("/repositories/dogs/tags", {"id": "release-long", "ref": "main"})

    def found(path, **more):
        page = api.get(path, **more)
        return [item.get("id") or item["name"] for item in page["results"]], page["pagination"]["has_more"]

    assert found("/repositories/dogs/branches", search="long-desc") == (["A-Long-Description"], False)
    assert found("/repositories/dogs/branches", search="RID-2", amount=2) == (["grid-2", "grid-20"], True)
    assert found("/repositories/dogs/branches", search="rid-2", amount=100, after="grid-20")[0][:2] == ["grid-21", "grid-22"]
    assert found("/repositories/dogs/branches", search="rid-2", prefix="x") == ([], False)
    assert found("/repositories/dogs/tags", search="LONG") == (["release-long"], False)
    assert found("/repositories", search="og") == (["dogs"], False)
    assert found("/buckets", search=name[2:]) == ([name], False)
    assert found("/buckets", search="nothing") == ([], False)
