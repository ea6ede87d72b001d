import { expect, it } from "vitest";
import { servedRoutes } from "../../../src/project/fastapi/routes/served-routes.ts";
import { buildProject, parseFiles } from "../build-project.ts";

function routesOf(literal: string): string[] {
	const project = buildProject(parseFiles(literal), { target: "main:app" });
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
