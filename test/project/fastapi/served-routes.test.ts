import { expect, it } from "vitest";
import type { Environment } from "../../../src/environment/environment.ts";
import { servedRoutes } from "../../../src/project/fastapi/routes/served-routes.ts";
import { environmentWith } from "../../environment/environment-of.ts";
import { buildProject, parseFiles } from "../build-project.ts";

function routesOf(literal: string, environment?: Environment): string[] {
	const project = buildProject(parseFiles(literal), { target: "main:app", ...(environment && { environment }) });
	const [routes] = servedRoutes(project).values();
	return (routes ?? []).map(({ methods, path, endpoint }) => `${methods.join(",")} ${path} ${endpoint ?? ""}`.trim());
}

it("puts the prefixes of nested routers and of their includes together", () => {
	const routes = routesOf(`
#- main.py
from fastapi import FastAPI

from items import router

app = FastAPI()
for version in ("/v1", "/v2"):
    app.include_router(router, prefix=version)
#- items.py
from fastapi import APIRouter

tags = APIRouter(prefix="/tags")
router = APIRouter(prefix="/items")


@tags.get("/{tag}")
def read_tag(tag: str): ...


@router.post("")
async def create(): ...


router.include_router(tags, prefix="/all")
`);
	expect(routes).toEqual([
		"POST /v1/items create",
		"GET /v1/items/all/tags/{tag} read_tag",
		"POST /v2/items create",
		"GET /v2/items/all/tags/{tag} read_tag",
	]);
});

it("lists mounted applications below their path, and what is added without a decorator", () => {
	const routes = routesOf(`
#- main.py
from fastapi import FastAPI


def ping(): ...


def create_app():
    application = FastAPI()
    admin = FastAPI()
    admin.add_api_route("/ping", ping, methods=["get", "head"])
    application.mount("/admin", admin)

    @application.websocket("/ws")
    async def listen(websocket): ...

    return application


app = create_app()
`);
	expect(routes).toEqual(["GET,HEAD /admin/ping ping", "WEBSOCKET /ws listen"]);
});

it("writes a dot for a prefix that it cannot know", () => {
	const routes = routesOf(`
#- main.py
import os

from fastapi import APIRouter, FastAPI

router = APIRouter(prefix=os.urandom(2).hex())
app = FastAPI()


@router.get("/")
def root(): ...


app.include_router(router)
`);
	expect(routes).toEqual(["GET …/ root"]);
});

it("lists a mounted folder of files and other applications at their path", () => {
	const routes = routesOf(`
#- main.py
import socketio
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

app = FastAPI()


@app.get("/health")
def health(): ...


app.mount("/socket.io/", socketio.ASGIApp(socketio.AsyncServer()))
app.mount("/static", StaticFiles(directory="static"), name="static")
app.mount("/", StaticFiles(directory="web", html=True))
`);
	expect(routes).toEqual(["GET /health health", "MOUNT /socket.io", "MOUNT /static static", "MOUNT /"]);
});

it("lists what libraries register on the application and on the routers that they make", () => {
	const environment = environmentWith({
		"fastapi/__init__.py": "class FastAPI:\n    def include_router(self, router, prefix=''): ...\n",
		"sqladmin/__init__.py": "from sqladmin.application import Admin\n",
		"sqladmin/application.py":
			'from starlette.routing import Mount, Route\n\n\nclass Admin:\n    def __init__(self, app, engine, session_maker=None, base_url="/admin"):\n        routes = [\n            Mount("/statics", app=None, name="statics"),\n            Route("/{identity}/list", endpoint=self.list, name="list"),\n            Route("/login", endpoint=self.login, methods=["GET", "POST"]),\n        ]\n',
		"members/__init__.py":
			'from fastapi import APIRouter\n\n\ndef make_router(secret):\n    router = APIRouter()\n\n    @router.post("/login", name="log-in")\n    async def login(): ...\n\n    @router.get("/me")\n    def me(): ...\n\n    return router\n',
	});
	const routes = routesOf(
		`
#- main.py
from fastapi import FastAPI
from members import make_router
from sqladmin import Admin

app = FastAPI()
app.include_router(make_router("secret"), prefix="/auth")
Admin(app, None, base_url="/office")
`,
		environment,
	);
	expect(routes).toEqual([
		"POST /auth/login login",
		"GET /auth/me me",
		"MOUNT /office/statics statics",
		"GET /office/{identity}/list list",
		"GET,POST /office/login login",
	]);
});

it("lists the routes that a library's router registers while it is made, below the path that it is given", () => {
	const environment = environmentWith({
		"fastapi/__init__.py": "class FastAPI:\n    def include_router(self, router, prefix=''): ...\n",
		"graphs/__init__.py":
			'from fastapi import APIRouter\n\n\nclass GraphRouter(APIRouter):\n    def __init__(self, schema, path=""):\n        super().__init__()\n\n        @self.get(path)\n        async def page(): ...\n\n        @self.websocket(path)\n        async def follow(): ...\n',
	});
	const routes = routesOf(
		`
#- main.py
from fastapi import FastAPI
from graphs import GraphRouter

app = FastAPI()
app.include_router(GraphRouter(None), prefix="/graph")
app.include_router(GraphRouter(None, path="/live"))
`,
		environment,
	);
	expect(routes).toEqual(["GET /graph page", "WEBSOCKET /graph follow", "GET /live page", "WEBSOCKET /live follow"]);
});
