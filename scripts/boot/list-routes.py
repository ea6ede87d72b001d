"""Imports an application and prints its routes as JSON: [[methods, path, endpoint], ...], in the order in which they are asked.

Usage: list-routes.py MODULE:ATTRIBUTE, in the server's working directory. FastAPI's own documentation pages are left out.
"""

import importlib
import json
import sys

sys.path.insert(0, "")
module, attribute = sys.argv[1].split(":")
application = importlib.import_module(module)
for part in attribute.split("."):
    application = getattr(application, part)
if not hasattr(application, "routes"):
    application = getattr(application, "app", None) or application()


def flatten(routes, prefix=""):
    for route in routes:
        if hasattr(route, "effective_route_contexts"):
            # FastAPI keeps included routers as they are since 0.137.
            yield from flatten(route.effective_route_contexts(), prefix)
            continue
        original = getattr(route, "original_route", route)
        # Such a route stands for one of Starlette's own, a websocket or a mount, with its prefixes.
        route = getattr(route, "starlette_route", None) or route
        endpoint = getattr(route, "endpoint", None)
        path = getattr(route, "path", "")
        if endpoint is None:
            inner = getattr(original, "app", original)
            below = getattr(inner, "routes", None)
            if below is None:
                # A mounted folder of files, or an application of another kind.
                yield [["MOUNT"], prefix + path or "/", getattr(original, "name", "")]
            yield from flatten(below or [], prefix + path)
            continue
        if (getattr(endpoint, "__module__", "") or "").startswith("fastapi."):
            continue
        methods = sorted(getattr(route, "methods", None) or ["WEBSOCKET"])
        if type(original).__module__.startswith("starlette") and "GET" in methods:
            methods = [each for each in methods if each != "HEAD"]
        yield [methods, prefix + path, getattr(endpoint, "__name__", type(endpoint).__name__)]


print("ROUTES " + json.dumps(list(flatten(application.routes))))
