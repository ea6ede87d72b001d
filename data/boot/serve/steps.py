"""uvicorn, step by step. Given: `tell` and `printed`, the `imports` and the `databases`, `until` and the status `FOREIGN`."""

import os


def watch_uvicorn(target):
    import uvicorn.config
    import uvicorn.lifespan.on
    import uvicorn.server

    load = uvicorn.config.import_from_string

    def import_from_string(text):
        if text != target:
            return load(text)
        is_first = not imports.finished
        if is_first:
            imports.record(True)
            tell("importing")
        try:
            application = load(text)
        except BaseException as error:
            imports.record(False)
            own = imports.own_imports()
            tell("failed", stage="import", exit=isinstance(error, SystemExit), own=own, traceback=printed(error))
            raise
        if is_first:
            imports.record(False)
            tell("imported", modules=len(imports.finished), own=imports.own_imports(), slowest=imports.slowest())
        return application

    uvicorn.config.import_from_string = import_from_string

    lifespan = uvicorn.lifespan.on.LifespanOn
    startup, shutdown, send = lifespan.startup, lifespan.shutdown, lifespan.send

    async def watched_startup(self):
        if until == "import":
            tell("lifespan")
            os._exit(0)
        if databases.foreign:
            tell("foreign", connecting=False, **databases.foreign[0])
            os._exit(FOREIGN)
        tell("lifespan")
        tell_application(self.config)
        await startup(self)
        tell("lifespan-over", failed=bool(self.should_exit))

    async def watched_shutdown(self):
        tell("shutdown")
        await shutdown(self)
        tell("shutdown-over", failed=bool(self.should_exit))

    async def watched_send(self, message):
        if message.get("type", "").endswith(".failed"):
            tell("failed", stage=message["type"].split(".")[1], exit=False, traceback=str(message.get("message") or "")[-60000:])
        await send(self, message)

    lifespan.startup, lifespan.shutdown, lifespan.send = watched_startup, watched_shutdown, watched_send

    server_startup = uvicorn.server.Server.startup

    async def watched_server_startup(self, *arguments, **keywords):
        await server_startup(self, *arguments, **keywords)
        if self.started:
            tell("listening")

    uvicorn.server.Server.startup = watched_server_startup


def tell_application(config):
    """Where the application keeps its OpenAPI document, and its routes, for where it keeps none."""
    application = config.loaded_app
    for _ in range(20):
        if hasattr(application, "openapi_url") or not hasattr(application, "app"):
            break
        application = application.app
    try:
        routes = []
        for route in application.routes[:500]:
            methods = sorted(getattr(route, "methods", None) or [])
            if methods and getattr(route, "include_in_schema", True):
                routes.append([route.path, methods])
        tell("application", openapi=getattr(application, "openapi_url", None), routes=routes)
    except Exception:
        pass
