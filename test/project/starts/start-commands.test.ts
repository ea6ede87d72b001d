import { describe, expect, it } from "vitest";
import type { SourceFile } from "../../../src/project/project.ts";
import { listStarts } from "../../../src/project/starts/list-starts.ts";

function commandsIn(files: Readonly<Record<string, string>>) {
	const tree = new Map<string, SourceFile>(Object.entries(files).map(([path, text]) => [path, { path, text, sha256: "" }]));
	return listStarts(tree).map(({ command: { target, server }, folders, isCertain }) => ({
		target: `${target.module}:${target.attribute}${target.factory ? "()" : ""}`,
		folders,
		isCertain,
		server,
	}));
}

describe("a Dockerfile", () => {
	it("is read to where its command runs, when a folder is copied into the working directory", () => {
		const Dockerfile = 'FROM python:3.12\nWORKDIR /srv\nCOPY backend/ .\nCMD ["uvicorn", "app.main:app"]\n';
		expect(commandsIn({ Dockerfile, "backend/app/main.py": "" })).toEqual([
			{ target: "app.main:app", folders: ["backend"], isCertain: true, server: "uvicorn" },
		]);
	});

	it("is read to where its command runs, when the package itself is copied below the working directory", () => {
		const Dockerfile = "FROM python:3.12\nWORKDIR /code\nCOPY ./app /code/app\nCMD uvicorn app.main:app --port 80\n";
		expect(commandsIn({ Dockerfile, "app/main.py": "" })).toMatchObject([{ folders: [""], isCertain: true }]);
	});

	it("adds the folders of PYTHONPATH", () => {
		const Dockerfile =
			'FROM python:3.12\nWORKDIR /srv\nCOPY . .\nENV PYTHONPATH=/srv/src\nENTRYPOINT ["uvicorn", "shop.main:app"]\n';
		expect(commandsIn({ Dockerfile, "src/shop/main.py": "" })).toMatchObject([{ folders: ["", "src"], isCertain: true }]);
	});

	it("follows the code through an earlier stage", () => {
		const Dockerfile =
			'FROM python:3.12 AS build\nCOPY . /src\nFROM python:3.12\nWORKDIR /app\nCOPY --from=build /src /app\nCMD ["uvicorn", "main:app"]\n';
		expect(commandsIn({ Dockerfile, "main.py": "" })).toMatchObject([{ folders: [""], isCertain: true }]);
	});
});

it("sees factories, other folders and servers", () => {
	const Procfile = "web: cd backend && gunicorn -k uvicorn.workers.UvicornWorker 'shop.main:create_app()'\n";
	const Makefile = "dev:\n\tuvicorn shop.main:create_app --factory --app-dir src\n# uvicorn old.main:app\n";
	expect(commandsIn({ Procfile, Makefile })).toEqual([
		{ target: "shop.main:create_app()", folders: ["backend"], isCertain: true, server: "gunicorn" },
		{ target: "shop.main:create_app()", folders: ["src"], isCertain: false, server: "uvicorn" },
	]);
});

it("finds what fastapi run starts, as fastapi-cli does", () => {
	const files = {
		"start.sh": "fastapi run app/main.py --port 80\n",
		"app/__init__.py": "",
		"app/main.py": "from fastapi import FastAPI\n\napi = FastAPI()\n",
	};
	expect(commandsIn(files)).toMatchObject([{ target: "app.main:api", folders: [""], server: "fastapi" }]);
	expect(commandsIn({ "start.sh": "fastapi dev\n", "main.py": "shop = FastAPI()\n" })).toMatchObject([{ target: "main:shop" }]);
});

it("reads the entry point, the application's name and the options of FastAPI's command", () => {
	const files = { "src/server.py": "from fastapi import FastAPI\n\napi = FastAPI()\n" };
	const started = (Makefile: string, more = {}) => commandsIn({ ...files, ...more, Makefile: `run:\n\t${Makefile}\n` });
	expect(started("fastapi run -e src.server:api --port 80")).toMatchObject([{ target: "src.server:api", folders: [""] }]);
	expect(started("fastapi run --workers 4 src/server.py")).toMatchObject([{ target: "server:api", folders: ["src"] }]);
	expect(started("fastapi run src/server.py --app shop")).toMatchObject([{ target: "server:shop" }]);
	expect(started("cd src && fastapi dev server.py")).toMatchObject([{ target: "server:api", folders: ["src"] }]);
	const pyproject = { "pyproject.toml": "[tool.fastapi]\nentrypoint = 'src.server:api'\n[tool.x]\n" };
	expect(started("fastapi dev", pyproject)).toMatchObject([{ target: "src.server:api" }]);
});

it("reads commands of hosts, modules with hyphens and lists that CMD continues", () => {
	const Dockerfile =
		'FROM python:3.12\nWORKDIR /srv\nCOPY . .\nENTRYPOINT ["uvicorn"]\nCMD ["app.main:app", "--host", "0.0.0.0"]\n';
	expect(commandsIn({ Dockerfile, "app/main.py": "" })).toMatchObject([{ target: "app.main:app", server: "uvicorn" }]);
	expect(commandsIn({ Procfile: "web: uvicorn my-api.main:app\n" })).toMatchObject([{ target: "my-api.main:app" }]);
	expect(commandsIn({ Procfile: "web: gunicorn --bind unix:app.sock main:app\n" })).toMatchObject([{ target: "main:app" }]);
	const railway = { "railway.json": '{ "deploy": { "startCommand": "uvicorn app.main:app --port $PORT" } }\n' };
	expect(commandsIn(railway)).toMatchObject([{ target: "app.main:app", folders: [""] }]);
});

it("finds what uv run installs below src, where the project is one that is built", () => {
	const started = (command: string, pyproject = "[build-system]\nrequires = []\n") =>
		commandsIn({ Makefile: `run:\n\t${command}\n`, "pyproject.toml": pyproject, "src/app/main.py": "" });
	expect(started("uv run uvicorn app.main:app")).toMatchObject([{ folders: ["", "src"] }]);
	expect(started("$(UV) run uvicorn app.main:app")).toMatchObject([{ folders: ["", "src"] }]);
	expect(started("uvicorn app.main:app")).toMatchObject([{ folders: [""] }]);
	expect(started("uv run uvicorn app.main:app", "[project]\n")).toMatchObject([{ folders: [""] }]);
});

it("reads uvicorn.run in a module", () => {
	const files = { "app/run.py": 'import uvicorn\n\nif __name__ == "__main__":\n    uvicorn.run("main:app", reload=True)\n' };
	expect(commandsIn(files)).toMatchObject([{ target: "main:app", folders: ["app"], server: "uvicorn" }]);
});

it("places a module that runs its own server where a container runs it, with the PYTHONPATH that is set there", () => {
	const script = 'import uvicorn\n\nif __name__ == "__main__":\n    uvicorn.run("main:app", reload=True)\n';
	const files = {
		"docker-compose.yml":
			"services:\n  api:\n    build: backend\n    command: python app/main.py\n    volumes:\n      - ./backend:/backend\n    environment:\n      PYTHONPATH: .\n",
		"backend/Dockerfile": "FROM python:3.11\nWORKDIR /backend\nCOPY . .\n",
		"backend/app/main.py": script,
	};
	expect(commandsIn(files)).toMatchObject([{ target: "main:app", folders: ["backend/app", "backend"] }]);
	const Dockerfile = 'FROM python:3.11\nWORKDIR /srv\nENV PYTHONPATH=/srv\nCOPY . .\nCMD ["python", "-u", "app/main.py"]\n';
	expect(commandsIn({ Dockerfile, "app/main.py": script })).toMatchObject([{ target: "main:app", folders: ["app", ""] }]);
	expect(commandsIn({ "app/main.py": script })).toMatchObject([{ folders: ["app"] }]);
});

describe("a command that an installation makes", () => {
	const pyproject = (entry: string) => `[project]\nname = "shop"\n\n[project.scripts]\nserve = "${entry}"\n`;
	const cli =
		'import uvicorn\n\n\ndef run(reload: bool = False):\n    uvicorn.run("shop.main:app", reload=reload)\n\n\ndef main():\n    run()\n';

	it("is a start command, which looks for modules where the project is installed from", () => {
		const files = { "pyproject.toml": pyproject("shop.cli:main"), "src/shop/cli.py": cli, "src/shop/__init__.py": "" };
		expect(commandsIn(files)).toEqual([{ target: "shop.main:app", folders: ["src"], isCertain: false, server: "python" }]);
		const poetry = '[tool.poetry.scripts]\nserve = "shop.cli:main"\n';
		expect(commandsIn({ "api/pyproject.toml": poetry, "api/shop/cli.py": cli })).toMatchObject([
			{ target: "shop.main:app", folders: ["api"] },
		]);
	});

	it("is followed through groups of commands", () => {
		const grouped =
			'import typer\nimport uvicorn\n\ncli = typer.Typer()\n\n\n@cli.command()\ndef serve():\n    uvicorn.run("shop.main:app")\n';
		expect(commandsIn({ "pyproject.toml": pyproject("shop.cli:cli"), "shop/cli.py": grouped })).toMatchObject([
			{ target: "shop.main:app", folders: [""], server: "python" },
		]);
		expect(commandsIn({ "pyproject.toml": pyproject("shop.cli:other"), "shop/cli.py": grouped })).toMatchObject([
			{ server: "uvicorn" },
		]);
	});
});

it("reads uvicorn.run as Python does, with aliases, keywords, comments and texts", () => {
	const main = (call: string, imported = "import uvicorn") =>
		commandsIn({ "main.py": `${imported}\n\napp = make()\n\n${call}\n` });
	expect(main("uv.run(app='shop.main:api')", "import uvicorn as uv")).toMatchObject([{ target: "shop.main:api" }]);
	expect(main("run('shop.main:make_app', factory=True)", "from uvicorn import run")).toMatchObject([
		{ target: "shop.main:make_app()" },
	]);
	expect(main("# uvicorn.run('old:app')")).toEqual([]);
	expect(main("'''Start it with uvicorn.run(\"old:app\")'''")).toEqual([]);
	expect(main("uvicorn.run(config['app'])")).toEqual([]);
});
