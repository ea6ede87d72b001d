import { describe, expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const backend = (main: string, rest = "") =>
	`#- requirements.txt\nfastapi\nuvicorn\n#- Procfile\nweb: uvicorn main:app\n#- main.py\n${main}${rest}`;
const head = "from fastapi import FastAPI\n";

describe("unusable-application", () => {
	const rule = "unusable-application";

	it("takes the rebinding away where a method gives None", () => {
		const text = backend(`${head}from fastapi import APIRouter\n\napp = FastAPI()\napp = app.include_router(APIRouter())\n`);
		expect(mendedFiles(rule, text)["main.py"]).toContain("\napp.include_router(APIRouter())\n");
	});

	it("returns the application that an imported factory builds, and not what it does last", () => {
		const factory =
			"\n#- factory.py\nfrom fastapi import FastAPI\n\n\ndef create_app():\n    app = FastAPI()\n    app.mount('/a', FastAPI())\n";
		const text = backend("from factory import create_app\n\napp = create_app()\n", factory);
		expect(mendedFiles(rule, text)["factory.py"]).toContain("    app.mount('/a', FastAPI())\n    return app\n");
	});

	it("makes a factory plain that awaits nothing", () => {
		const text = backend(`${head}\n\nasync def build():\n    return FastAPI()\n\n\napp = build()\n`);
		expect(mendedFiles(rule, text)["main.py"]).toContain("\ndef build():");
	});

	it("gives a route a name of its own", () => {
		const text = backend(`${head}\napp = FastAPI()\n\n\n@app.get("/")\ndef app():\n    return {}\n`);
		expect(mendedFiles(rule, text)["main.py"]).toContain("def app_endpoint():");
	});

	it("takes --factory away from what is the application itself, and gives a factory's parameters a default", () => {
		const started = (main: string, command: string) => backend(main).replace("uvicorn main:app", command);
		const application = started(`${head}\napp = FastAPI()\n`, "uvicorn --factory main:app");
		expect(auditBackend(rule, application)).toMatchObject([{ severity: "CRITICAL", stage: "import" }]);
		expect(mendedFiles(rule, application).Procfile).toBe("web: uvicorn main:app\n");
		const maker = `${head}\n\ndef create_app(debug):\n    return FastAPI()\n`;
		expect(auditBackend(rule, started(maker, "uvicorn --factory main:create_app"))[0]?.expectedError).toBe(
			"Error loading ASGI app factory: create_app() missing 1 required positional argument: 'debug'",
		);
	});

	it("says nothing about wrappers, own ASGI classes and factories that are not called yet", () => {
		const wrapped = "from fastapi.middleware.cors import CORSMiddleware\n\napp = CORSMiddleware(FastAPI(), allow_origins=[])\n";
		const own = "\nclass Gate:\n    async def __call__(self, scope, receive, send): ...\n\n\napp = Gate()\n";
		const lazy = "\ndef build():\n    return FastAPI()\n\n\napp = build\n";
		for (const main of [wrapped, own, lazy]) expect(auditBackend(rule, backend(head + main))).toEqual([]);
	});
});

describe("invalid-middleware", () => {
	it("sees the application in the place of an option, and a list in the place of the class", () => {
		const made = (entry: string) =>
			backend(
				`${head}from fastapi.middleware.cors import CORSMiddleware\n\napp = FastAPI()\napp.add_middleware(${entry}, allow_origins=["*"])\n`,
			);
		expect(auditBackend("invalid-middleware", made("CORSMiddleware, app"))[0]).toMatchObject({
			severity: "CRITICAL",
			expectedError: "TypeError: CORSMiddleware.__init__() got multiple values for argument 'allow_origins'",
		});
		expect(auditBackend("invalid-middleware", made("[CORSMiddleware]"))).toMatchObject([{ severity: "CRITICAL" }]);
		expect(auditBackend("invalid-middleware", made("CORSMiddleware"))).toEqual([]);
	});
});

describe("module-as-router", () => {
	it("includes the router that the module makes, and none that it includes itself", () => {
		const routes =
			"\n#- items.py\nfrom fastapi import APIRouter\n\nrouter = APIRouter()\n#- routes.py\nfrom fastapi import APIRouter\nfrom items import router as items_router\n\nmain_router = APIRouter()\nmain_router.include_router(items_router)\n";
		const main = `${head}import routes as main_router\n\napp = FastAPI()\napp.include_router(main_router)\n`;
		expect(mendedFiles("module-as-router", backend(main, routes))["main.py"]).toContain(
			"app.include_router(main_router.main_router)\n",
		);
	});
});

describe("missing-application", () => {
	it("offers the command and the code as two ways to mend it", () => {
		const [issue] = auditBackend("missing-application", backend(`${head}\napi = FastAPI()\n`));
		expect(issue?.fix?.edits).toMatchObject([{ path: "Procfile", newText: "main:api" }]);
		expect(issue?.alternatives.map(({ title }) => title)).toEqual(["Bind app to api"]);
	});

	it("asks an object for the application that it holds", () => {
		const main = `${head}\n\nclass Container:\n    def __init__(self):\n        self.application = FastAPI()\n\n\ncontainer = Container()\n`;
		const started = (path: string) => backend(main).replace("main:app", `main:${path}`);
		expect(mendedFiles("missing-application", started("container.app")).Procfile).toBe(
			"web: uvicorn main:container.application\n",
		);
		expect(auditBackend("missing-application", started("container.application"))).toEqual([]);
		const open = main.replace("        self", "        self.__dict__.update(app=FastAPI())\n        self");
		expect(auditBackend("missing-application", backend(open).replace("main:app", "main:container.app"))).toEqual([]);
	});

	it("moves an application out of the part that only runs as a script", () => {
		const main = `${head}import uvicorn\n\nif __name__ == "__main__":\n    app = FastAPI()\n    uvicorn.run(app)\n`;
		expect(mendedFiles("missing-application", backend(main))["main.py"]).toBe(
			`${head}import uvicorn\n\napp = FastAPI()\n\n\nif __name__ == "__main__":\n    uvicorn.run(app)\n`,
		);
	});
});

describe("unstartable-command", () => {
	const rule = "unstartable-command";

	it("spells what uvicorn, FastAPI's command and other servers cannot read", () => {
		const main = `${head}\napp = FastAPI()\n`;
		const mended = (command: string) =>
			mendedFiles(rule, `#- requirements.txt\nfastapi\nuvicorn\n#- src/server.py\n${main}#- Procfile\nweb: ${command}\n`)
				.Procfile;
		expect(mended("uvicorn src.server --port 80")).toBe("web: uvicorn src.server:app --port 80\n");
		expect(mended("uvicorn src.server.app")).toBe("web: uvicorn src.server:app\n");
		expect(mended("uvicorn src/server:app")).toBe("web: uvicorn src.server:app\n");
		expect(mended("fastapi run --port 80")).toBe("web: fastapi run src/server.py --port 80\n");
		expect(mended("granian src.server:app")).toBe("web: granian --interface asgi src.server:app\n");
		expect(mended("gunicorn -k uvicorn.workers.Uvicorn src.server:app")).toBe(
			"web: gunicorn -k uvicorn.workers.UvicornWorker src.server:app\n",
		);
		expect(mended("echo starting uvicorn src.server; true")).toBeUndefined();
		expect(mended("uvicorn elsewhere")).toBeUndefined();
	});

	it("names what starts the server to a command of the installation that cannot import it", () => {
		const cli = 'import uvicorn\n\n\ndef main():\n    uvicorn.run("shop.main:app")\n';
		const shop = (entry: string) =>
			`#- pyproject.toml\n[project]\nname = "shop"\ndependencies = ["fastapi", "uvicorn"]\n\n[project.scripts]\nserve = "${entry}"\n#- src/shop/__init__.py\n#- src/shop/cli.py\n${cli}#- src/shop/main.py\n${head}\napp = FastAPI()\n`;
		const mended = (entry: string) => /serve = "(.*)"/.exec(mendedFiles(rule, shop(entry))["pyproject.toml"] ?? "")?.[1];
		expect(mended("shop.cli:man")).toBe("shop.cli:main");
		expect(mended("shop.clj:main")).toBe("shop.cli:main");
		expect(auditBackend(rule, shop("shop.cli:man"))).toMatchObject([
			{ severity: "HIGH", expectedError: "ImportError: cannot import name 'man' from 'shop.cli'" },
		]);
		for (const sound of ["shop.cli:main", "uvicorn:main", "shop.cli:uvicorn"])
			expect(auditBackend(rule, shop(sound))).toEqual([]);
	});

	it("goes to the folder of the module before a recipe starts it, unless recipes share a shell", () => {
		const recipe = (first: string) =>
			`#- requirements.txt\nfastapi\nuvicorn\n#- backend/app/__init__.py\n#- backend/app/names.py\nNAME = 1\n#- backend/app/main.py\nfrom app.names import NAME\n${head}\napp = FastAPI()\n#- Makefile\n${first}run:\n\t@poetry run uvicorn app.main:app\n`;
		expect(mendedFiles(rule, recipe("")).Makefile).toBe("run:\n\t@cd backend && poetry run uvicorn app.main:app\n");
		expect(auditBackend(rule, recipe(".ONESHELL:\n"))).toEqual([]);
	});

	it("names the command that differs in the case of a file's name", () => {
		const text = `${backend(`${head}\napp = FastAPI()\n`)}#- Dockerfile\nFROM python:3.12\nWORKDIR /srv\nCOPY . .\nCMD ["uvicorn", "Main:app"]\n`;
		expect(auditBackend(rule, text)).toMatchObject([{ severity: "HIGH", at: { path: "Dockerfile", line: 4 } }]);
		expect(mendedFiles(rule, text).Dockerfile).toContain('"main:app"');
	});

	it("gives gunicorn a worker that speaks ASGI", () => {
		const text = backend(`${head}\napp = FastAPI()\n`).replace("web: uvicorn", "web: gunicorn -w 2");
		expect(mendedFiles(rule, text).Procfile).toBe("web: gunicorn -k uvicorn.workers.UvicornWorker -w 2 main:app\n");
	});

	it("reads the file of gunicorn's options, and names the one that is there", () => {
		const text = backend(`${head}\napp = FastAPI()\n`).replace("uvicorn main", "gunicorn -c gunicorn.conf.py main");
		const conf = (worker: string) => `worker_class = "uvicorn.workers.${worker}"\n`;
		expect(mendedFiles(rule, `${text}#- gunicorn.conf.py\n${conf("Uvicorn")}`)["gunicorn.conf.py"]).toBe(conf("UvicornWorker"));
		expect(auditBackend(rule, `${text}#- gunicorn.conf.py\n${conf("UvicornWorker")}`)).toEqual([]);
		expect(mendedFiles(rule, `${text}#- deploy/gunicorn.conf.py\n${conf("UvicornWorker")}`).Procfile).toContain(
			"-c deploy/gunicorn.conf.py",
		);
	});

	it("names the application for uvicorn.run where it starts processes of its own", () => {
		const run = (argument: string, option: string) =>
			`import uvicorn\n${head}\napp = FastAPI()\n\nif __name__ == "__main__":\n    uvicorn.run(${argument}, ${option})\n`;
		const text = (argument: string, option: string) =>
			`#- requirements.txt\nfastapi\nuvicorn\n#- main.py\n${run(argument, option)}`;
		expect(mendedFiles(rule, text("app", "reload=True"))["main.py"]).toBe(run('"main:app"', "reload=True"));
		expect(auditBackend(rule, text("app", "port=8000"))).toEqual([]);
		expect(auditBackend(rule, text('"main:app"', "workers=2"))).toEqual([]);
	});

	it("is critical where nothing else starts the application", () => {
		const text = backend(`${head}\napp = FastAPI()\n`).replace("main:app", "main");
		expect(auditBackend(rule, text)).toMatchObject([{ severity: "CRITICAL", at: { path: "Procfile" } }]);
		expect(auditBackend(rule, `${text}#- Makefile\nrun:\n\tuvicorn main:app\n`)).toMatchObject([{ severity: "HIGH" }]);
	});

	it("says that FastAPI's command calls no factory", () => {
		const factory = `${head}\n\ndef create_app():\n    app = FastAPI()\n    return app\n`;
		const text = backend(factory).replace("uvicorn main:app", "fastapi run main.py");
		expect(auditBackend(rule, `${text}#- Makefile\nrun:\n\tuvicorn main:create_app --factory\n`)).toMatchObject([
			{ severity: "HIGH", expectedError: "Could not find FastAPI app in module, try using --app" },
		]);
		expect(auditBackend(rule, text.replace("    return app\n", "    return app\n\n\napp = create_app()\n"))).toEqual([]);
	});

	it("names the file for FastAPI's command, whatever the application is called in it", () => {
		const text = `${backend(`${head}\napi_server = FastAPI()\n`)}#- Dockerfile\nFROM python:3.12\nWORKDIR /srv\nCOPY . .\nCMD ["fastapi", "run", "mian.py"]\n`;
		expect(mendedFiles(rule, text.replace("web: uvicorn main:app", "web: uvicorn main:api_server")).Dockerfile).toContain(
			'"main.py"',
		);
	});

	it("is silent where the module may lie in a folder that the file does not tell", () => {
		const text = `${backend(`${head}\napp = FastAPI()\n`)}#- deploy/start.sh\nuvicorn elsewhere.main:app\n`;
		expect(auditBackend(rule, text)).toEqual([]);
	});
});
