import { describe, expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const backend = (body: string, requirements = "fastapi==0.115.0\nstarlette==0.38.6\nuvicorn\n") =>
	`#- requirements.txt\n${requirements}#- main.py\nfrom contextlib import contextmanager\n\nfrom fastapi import APIRouter, Depends, FastAPI, Path, Request\n\napp = FastAPI()\n\n\n${body}\n`;
const mended = (rule: string, text: string) => mendedFiles(rule, text)["main.py"] ?? "";

describe("invalid-route-path", () => {
	const rule = "invalid-route-path";

	it("gives the path the name that the function takes", () => {
		const text = backend('@app.get("/books/{id}")\ndef read(book_id: int):\n    return book_id\n');
		expect(mended(rule, text)).toContain('@app.get("/books/{book_id}")');
	});

	it("is silent where something else reads the part of the path, or the parameter has a default", () => {
		const dependency = "def tenant(id: int):\n    return id\n\n\n";
		const route = (head: string, body = "    return 1") => `@app.get("/books/{id}")\ndef read(${head}):\n${body}\n`;
		for (const each of [
			dependency + route("book_id: int, t=Depends(tenant)"),
			route("book_id: int = 3"),
			route("request: Request, book_id: int", '    return request.path_params["id"]'),
			route("author: str"),
			route('book_id: int = Path(..., alias="id")'),
		])
			expect(auditBackend(rule, backend(each))).toEqual([]);
	});
});

describe("untagged-route", () => {
	const rule = "untagged-route";
	const ids = (code: string, route = '@app.get("/a")') =>
		backend(`app = FastAPI(generate_unique_id_function=lambda route: ${code})\n\n\n${route}\ndef a():\n    return 1\n`);

	it("takes a tag of its own where a route has none", () => {
		expect(mended(rule, ids('f"{route.tags[0]}-{route.name}"'))).toContain("{(route.tags or ['default'])[0]}");
	});

	it("is silent where tags are looked for first, or the route has its id or a tag", () => {
		expect(auditBackend(rule, ids('route.tags[0] if route.tags else "x"'))).toEqual([]);
		for (const route of ['@app.get("/a", tags=["x"])', '@app.get("/a", operation_id="a")', '@app.websocket("/a")'])
			expect(auditBackend(rule, ids('f"{route.tags[0]}"', route))).toEqual([]);
	});
});

describe("invalid-template-response", () => {
	const rule = "invalid-template-response";
	const page = (code: string, versions: string) =>
		`#- templates/home.html\n<p>\n${backend(
			`from fastapi.templating import Jinja2Templates\n\ntemplates = Jinja2Templates(directory="templates")\n\n\n@app.get("/")\ndef home(request: Request):\n    return templates.TemplateResponse(${code})\n`,
			`${versions}uvicorn\njinja2\n`,
		)}`;
	const newest = "fastapi==0.165.0\nstarlette==1.10.0\n";
	const between = "fastapi==0.115.0\nstarlette==0.38.6\n";
	const old = "fastapi==0.88.0\nstarlette==0.22.0\n";

	it("passes the request where the installed Starlette wants it", () => {
		expect(mended(rule, page('"home.html", {"request": request}', newest))).toContain(
			'TemplateResponse(request, "home.html", {"request": request})',
		);
		expect(mended(rule, page('name="home.html", context={}', newest))).toContain("request=request");
		expect(mended(rule, page('request, "home.html", {"a": 1}', old))).toContain(
			'TemplateResponse("home.html", {"request": request, "a": 1})',
		);
	});

	it("is silent about both forms in between, and about each in its time", () => {
		for (const code of ['"home.html", {"request": request}', 'request, "home.html"', 'request=request, name="home.html"'])
			expect(auditBackend(rule, page(code, between))).toEqual([]);
		expect(auditBackend(rule, page('request, "home.html"', newest))).toEqual([]);
		expect(auditBackend(rule, page('"home.html", {"request": request}', old))).toEqual([]);
	});
});

describe("invalid-parameter", () => {
	it("takes a function that makes a marker for no type", () => {
		const route = (annotation: string) =>
			backend(
				`def session():\n    return 1\n\n\n@app.get("/books")\ndef read(db${annotation}):\n    return []`,
				"fastapi==0.115.0\npydantic==2.9.2\nuvicorn\n",
			);
		expect(auditBackend("invalid-parameter", route(": Depends"))).toMatchObject([{ severity: "HIGH" }]);
		expect(auditBackend("invalid-parameter", route("=Depends(session)"))).toEqual([]);
	});
});

describe("invalid-parameter-type", () => {
	const rule = "invalid-parameter-type";

	it("moves a dependency from behind the colon", () => {
		const text = backend('def user():\n    return 1\n\n\n@app.get("/a")\ndef a(u: Depends(user)):\n    return u\n');
		expect(mended(rule, text)).toContain("def a(u = Depends(user)):");
	});

	it("leaves alone an object that says how it is validated", () => {
		const known =
			"class Kind:\n    def __get_pydantic_core_schema__(self, source, handler):\n        return handler(int)\n\n\nkind = Kind()\n";
		expect(auditBackend(rule, backend(`${known}\n\n@app.get("/a")\ndef a(k: kind = 1):\n    return 1\n`))).toEqual([]);
	});
});

describe("broken-lifespan", () => {
	const rule = "broken-lifespan";
	const entered = (body: string, base = "") =>
		backend(`class Start${base}:\n    def __init__(self, app):\n        pass\n\n${body}\n\napp = FastAPI(lifespan=Start)\n`);

	it("renames methods of a plain context manager", () => {
		const text = mended(
			rule,
			entered("    def __enter__(self):\n        pass\n\n    def __exit__(self, *info):\n        pass\n"),
		);
		expect(text).toContain("async def __aenter__(self)");
		expect(text).toContain("async def __aexit__(self, *info)");
	});

	it("says nothing of a class whose bases are not all known", () => {
		expect(auditBackend(rule, entered("    x = 1\n", "(Elsewhere)"))).toEqual([]);
	});
});

describe("rules about dependencies and registration", () => {
	it("takes the decorator from a context manager, and leaves one that is entered", () => {
		const rows = "@contextmanager\ndef rows():\n    yield [1]\n\n\n";
		const route = (body: string) => `@app.get("/a")\ndef a(found=Depends(rows)):\n${body}\n`;
		expect(mended("unusable-dependency", backend(rows + route("    return len(found)")))).not.toContain("@contextmanager");
		const used = backend(rows + route("    with found as each:\n        return each"));
		expect(auditBackend("unusable-dependency", used)).toEqual([]);
	});

	it("makes a list of methods that stand in one text", () => {
		const text = backend('@app.api_route("/a", methods="GET")\ndef a():\n    return 1\n');
		expect(mended("methods-as-text", text)).toContain('methods=["GET"]');
		expect(auditBackend("methods-as-text", text.replace('"GET"', '["GET"]'))).toEqual([]);
	});

	it("finds state that no line sets, and not what a name sets that is computed", () => {
		const read = '@app.get("/a")\ndef a(request: Request):\n    return request.app.state.title\n';
		expect(auditBackend("unset-application-state", backend(read))).toHaveLength(1);
		const computed = `for name in ["title"]:\n    setattr(app.state, name, 1)\n\n\n${read}`;
		expect(auditBackend("unset-application-state", backend(computed))).toEqual([]);
	});

	it("calls the __init__ above a router of the project's own", () => {
		const own = 'class Own(APIRouter):\n    def __init__(self):\n        self.kind = "own"\n\n\nrouter = Own()\n';
		const text = backend(`${own}\n\n@router.get("/a")\ndef a():\n    return 1\n`);
		expect(mended("router-without-init", text)).toContain("super().__init__()");
	});
});

describe("invalid-route-class", () => {
	const rule = "invalid-route-class";
	const routed = (body: string, name = "TimedRoute", head = "from fastapi.routing import APIRoute\n\n\n") =>
		backend(`${head}${body}\n\n\nrouter = APIRouter(route_class=${name})\n\n\n@router.get("/x")\ndef read():\n    return 1\n`);

	it("derives the class from APIRoute, names it, or lets it pass options on", () => {
		expect(mended(rule, routed("class TimedRoute:\n    pass"))).toContain("class TimedRoute(APIRoute):");
		expect(mended(rule, routed("class TimedRoute(APIRoute):\n    pass", '"TimedRoute"'))).toContain("route_class=TimedRoute)");
		const narrow =
			"class TimedRoute(APIRoute):\n    def __init__(self, path, endpoint):\n        super().__init__(path, endpoint)";
		expect(mended(rule, routed(narrow))).toContain(
			"def __init__(self, path, endpoint, **kwargs):\n        super().__init__(path, endpoint, **kwargs)",
		);
		expect(mended(rule, routed("def log_route(request):\n    pass", "log_route"))).toContain("router = APIRouter()");
	});

	it("is silent where the class may take all, or no route is registered", () => {
		for (const sound of [
			routed("class TimedRoute(APIRoute):\n    pass"),
			routed("class Timed:\n    pass\n\n\nclass TimedRoute(Timed, APIRoute):\n    pass"),
			routed("from elsewhere import TimedRoute"),
			routed("def make(*args, **kwargs):\n    return APIRoute(*args, **kwargs)", "make"),
			backend("class TimedRoute:\n    pass\n\n\nrouter = APIRouter(route_class=TimedRoute)\n"),
		])
			expect(auditBackend(rule, sound)).toEqual([]);
	});
});

describe("invalid-route-include", () => {
	const rule = "invalid-route-include";

	it("includes each router of a collection in a line of its own or in a loop", () => {
		const two = "users = APIRouter()\nitems = APIRouter()\n";
		expect(mended(rule, backend(`${two}app.include_router([users, items], prefix="/v1")`))).toContain(
			'app.include_router(users, prefix="/v1")\napp.include_router(items, prefix="/v1")\n',
		);
		expect(mended(rule, backend(`${two}ALL = {"users": users}\napp.include_router(ALL)`))).toContain(
			"for router in ALL.values():\n    app.include_router(router)\n",
		);
		expect(mended(rule, backend(`${two}ALL = {"users": users}\nfor each in ALL:\n    app.include_router(each)`))).toContain(
			"for each in ALL.values():\n",
		);
	});
});

describe("invalid-route-prefix", () => {
	const rule = "invalid-route-prefix";
	const included = (path: string, prefix: string) =>
		backend(`items = APIRouter()\n\n\n@items.get("${path}")\ndef read():\n    return 1\n\n\napp.include_router(items${prefix})`);

	it("says for each kind of prefix why FastAPI refuses it", () => {
		const causes = [included("/a", ', prefix="items"'), included("/a", ", prefix=None"), included("", "")].map((text) =>
			auditBackend(rule, text).map(({ rootCause }) => rootCause),
		);
		expect(causes).toEqual([
			["FastAPI puts the prefix in front of paths that begin with a slash, and checks it for that."],
			["FastAPI puts the prefix in front of each path, and None is no text that could stand there."],
			["The path of the route would be empty as a whole, and every path begins with a slash."],
		]);
	});
});
