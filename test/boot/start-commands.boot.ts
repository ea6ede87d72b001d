import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prepareView } from "../../scripts/boot/environments.ts";
import { audit } from "../../scripts/boot/run-bootmend.ts";
import { serve } from "./support/serve.ts";

/** How a start command really runs: its folder, what is set around it, and for a container what its image is given. */
interface Run {
	/** `Dockerfile:5`. */
	readonly at: string;
	readonly cwd: string;
	readonly argv: string;
	readonly env?: Readonly<Record<string, string>>;
	/** What COPY puts into the image: from the repository, to the image's root. */
	readonly image?: readonly (readonly [string, string])[];
	/** What its image installs; the repository's requirements.txt elsewhere. */
	readonly manifest?: string;
}

interface Scenario {
	readonly name: string;
	/** What is installed beside the repository; its requirements.txt where nothing is said. */
	readonly packages?: string;
	readonly target: string;
	readonly files: Readonly<Record<string, string>>;
	readonly runs: readonly Run[];
}

const servers = "fastapi\nuvicorn\ngunicorn\nfastapi-cli\n";
const dockerfile = (...lines: string[]) => `FROM python:3.11-slim\nWORKDIR /srv\n${lines.join("\n")}\n`;
const app = (imports: string, title: string) => `from fastapi import FastAPI\n${imports}\n\napp = FastAPI(title=str(${title}))\n`;
/** A module that starts its own server where it is run as a script. */
const script = (imports: string, title: string, started: string) =>
	`import os\nimport uvicorn\n${app(imports, title)}\nif __name__ == "__main__":\n    uvicorn.run(${started}, port=int(os.environ["PORT"]))\n`;

const scenarios: readonly Scenario[] = [
	{
		name: "an image that holds the inside of the package",
		target: "shop.main:app",
		files: {
			"requirements.txt": servers,
			"shop/__init__.py": "",
			"shop/prices.py": "VAT = 19\n",
			"shop/main.py": app("from shop.prices import VAT", "VAT"),
			Dockerfile: dockerfile("COPY shop/ .", 'CMD ["uvicorn", "main:app"]'),
			Procfile: "web: gunicorn -k uvicorn.workers.UvicornWorker shop.main:app\n",
		},
		runs: [
			{ at: "Dockerfile:4", cwd: "srv", argv: "uvicorn main:app", image: [["shop", "srv"]] },
			{ at: "Procfile:1", cwd: "", argv: "gunicorn -k uvicorn.workers.UvicornWorker shop.main:app" },
		],
	},
	{
		name: "two working directories for one layout",
		target: "main:app",
		files: {
			"requirements.txt": servers,
			"src/config.py": "NAME = 'x'\n",
			"src/main.py": app("from config import NAME", "NAME"),
			Makefile: "dev:\n\tcd src && uvicorn main:app --reload\n",
			Dockerfile: dockerfile("COPY . .", 'CMD ["uvicorn", "src.main:app"]'),
		},
		runs: [
			{ at: "Makefile:2", cwd: "src", argv: "uvicorn main:app" },
			{ at: "Dockerfile:4", cwd: "srv", argv: "uvicorn src.main:app", image: [["", "srv"]] },
		],
	},
	{
		name: "PYTHONPATH in the image alone",
		target: "shop.main:app",
		files: {
			"requirements.txt": servers,
			"src/shop/__init__.py": "",
			"src/shop/prices.py": "VAT = 19\n",
			"src/shop/main.py": app("from shop.prices import VAT", "VAT"),
			Dockerfile: dockerfile("COPY . .", "ENV PYTHONPATH=/srv/src", 'CMD ["uvicorn", "shop.main:app"]'),
			Procfile: "web: uvicorn src.shop.main:app\n",
		},
		runs: [
			{ at: "Dockerfile:5", cwd: "srv", argv: "uvicorn shop.main:app", image: [["", "srv"]], env: { PYTHONPATH: "srv/src" } },
			{ at: "Procfile:1", cwd: "", argv: "uvicorn src.shop.main:app" },
		],
	},
	{
		name: "a target that is not there, and FastAPI's own command",
		target: "app.main:app",
		files: {
			"requirements.txt": servers,
			"app/__init__.py": "",
			"app/names.py": "NAME = 'x'\n",
			"app/main.py": app("from .names import NAME", "NAME"),
			Procfile: "web: uvicorn app.main:application\n",
			Dockerfile: dockerfile("COPY . .", 'CMD ["fastapi", "run", "app/main.py"]'),
			Makefile: "dev:\n\tcd app && uvicorn main:app\n",
		},
		runs: [
			{ at: "Procfile:1", cwd: "", argv: "uvicorn app.main:application" },
			{ at: "Dockerfile:4", cwd: "srv", argv: "fastapi run app/main.py", image: [["", "srv"]] },
			{ at: "Makefile:2", cwd: "app", argv: "uvicorn main:app" },
		],
	},
	{
		name: "an image without what only developers install",
		target: "app.main:app",
		files: {
			"requirements.txt": `${servers}tenacity\n`,
			"requirements/prod.txt": servers,
			"app/__init__.py": "",
			"app/main.py": app("import tenacity", "tenacity.__name__"),
			Procfile: "web: uvicorn app.main:app\n",
			Dockerfile: dockerfile(
				"COPY requirements/prod.txt .",
				"RUN pip install -r prod.txt",
				"COPY app ./app",
				'CMD ["uvicorn", "app.main:app"]',
			),
		},
		runs: [
			{ at: "Procfile:1", cwd: "", argv: "uvicorn app.main:app" },
			{
				at: "Dockerfile:6",
				cwd: "srv",
				argv: "uvicorn app.main:app",
				image: [["app", "srv/app"]],
				manifest: "requirements/prod.txt",
			},
		],
	},
	{
		name: "an image that lacks a folder, of another name on disk",
		target: "app.main:app",
		files: {
			"requirements.txt": servers,
			"common/__init__.py": "",
			"common/clock.py": "def now():\n    return 'now'\n",
			"app/__init__.py": "",
			"app/main.py": app("from common.clock import now", "now()"),
			Dockerfile: dockerfile("COPY ./app /srv/app", "CMD uvicorn app.main:app"),
			Makefile: "dev:\n\tuvicorn app.main:app\n",
			Procfile: "web: uvicorn --app-dir App main:app\n",
		},
		runs: [
			{ at: "Dockerfile:4", cwd: "srv", argv: "uvicorn app.main:app", image: [["app", "srv/app"]] },
			{ at: "Makefile:2", cwd: "", argv: "uvicorn app.main:app" },
			{ at: "Procfile:1", cwd: "", argv: "uvicorn --app-dir App main:app" },
		],
	},
	{
		name: "a service that starts in another folder of its image, and a file that is nowhere",
		target: "app.main:app",
		files: {
			"requirements.txt": servers,
			"app/__init__.py": "",
			"app/names.py": "NAME = 'x'\n",
			"app/main.py": app("from app.names import NAME", "NAME"),
			Procfile: "web: uvicorn app.main:app\n",
			Dockerfile: dockerfile("COPY . .", "RUN pip install -r requirements.txt", 'CMD ["fastapi", "run", "app/server.py"]'),
			"compose.yaml":
				'services:\n  api:\n    build: .\n    working_dir: /srv/app\n    command: ["uvicorn", "main:app"]\n  job:\n    build: .\n    command: uvicorn app.main:app\n',
		},
		runs: [
			{ at: "Procfile:1", cwd: "", argv: "uvicorn app.main:app" },
			{ at: "Dockerfile:5", cwd: "srv", argv: "fastapi run app/server.py", image: [["", "srv"]] },
			{ at: "compose.yaml:5", cwd: "srv/app", argv: "uvicorn main:app", image: [["", "srv"]] },
			{ at: "compose.yaml:8", cwd: "srv", argv: "uvicorn app.main:app", image: [["", "srv"]] },
		],
	},
	{
		name: "a second stage that takes one folder along",
		target: "app.main:app",
		files: {
			"requirements.txt": servers,
			"common/__init__.py": "",
			"common/clock.py": "def now():\n    return 'now'\n",
			"app/__init__.py": "",
			"app/main.py": app("from common.clock import now", "now()"),
			Makefile: "dev:\n\tuvicorn app.main:app --reload\n",
			Dockerfile:
				'FROM python:3.11 AS build\nWORKDIR /build\nCOPY . .\nFROM python:3.11-slim\nWORKDIR /srv\nCOPY --from=build /build/app ./app\nCMD ["uvicorn", "app.main:app"]\n',
		},
		runs: [
			{ at: "Makefile:2", cwd: "", argv: "uvicorn app.main:app" },
			{ at: "Dockerfile:7", cwd: "srv", argv: "uvicorn app.main:app", image: [["app", "srv/app"]] },
		],
	},
	{
		name: "an image without the group for developers",
		target: "app.main:app",
		packages: "all.txt",
		files: {
			"pyproject.toml":
				'[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["fastapi", "uvicorn"]\n[dependency-groups]\ndev = ["tenacity"]\n[tool.uv]\npackage = false\n',
			"all.txt": `${servers}tenacity\n`,
			"image.txt": servers,
			"app/__init__.py": "",
			"app/main.py": app("import tenacity", "tenacity.__name__"),
			Makefile: "dev:\n\tuvicorn app.main:app\n",
			Dockerfile: dockerfile("COPY . .", "RUN uv sync --no-dev", 'CMD ["uv", "run", "--no-dev", "uvicorn", "app.main:app"]'),
		},
		runs: [
			{ at: "Makefile:2", cwd: "", argv: "uvicorn app.main:app" },
			{ at: "Dockerfile:5", cwd: "srv", argv: "uvicorn app.main:app", image: [["", "srv"]], manifest: "image.txt" },
		],
	},
	{
		name: "images with and without an extra",
		target: "app.main:app",
		packages: "all.txt",
		files: {
			"pyproject.toml":
				'[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["fastapi", "uvicorn"]\n[project.optional-dependencies]\nfiles = ["tenacity"]\n[tool.uv]\npackage = false\n',
			"all.txt": `${servers}tenacity\n`,
			"image.txt": servers,
			"app/__init__.py": "",
			"app/main.py": app("import tenacity", "tenacity.__name__"),
			Dockerfile: dockerfile("COPY . .", "RUN uv sync --extra files", 'CMD ["uvicorn", "app.main:app"]'),
			"Dockerfile.small": dockerfile("COPY . .", "RUN uv sync", 'CMD ["uvicorn", "app.main:app"]'),
		},
		runs: [
			{ at: "Dockerfile:5", cwd: "srv", argv: "uvicorn app.main:app", image: [["", "srv"]] },
			{ at: "Dockerfile.small:5", cwd: "srv", argv: "uvicorn app.main:app", image: [["", "srv"]], manifest: "image.txt" },
		],
	},
	{
		name: "a script in its package, run as a file and as a module",
		target: "app.main:app",
		files: {
			"requirements.txt": servers,
			"app/__init__.py": "",
			"app/names.py": "NAME = 'x'\n",
			"app/main.py": script("from app.names import NAME", "NAME", "app"),
			Makefile: "module:\n\tpython -m app.main\n\nfile:\n\tpython app/main.py\n",
			Procfile: "web: uvicorn app.main:app\n",
			Dockerfile: dockerfile("COPY . .", 'CMD ["python", "app/main.py"]'),
		},
		runs: [
			{ at: "Procfile:1", cwd: "", argv: "uvicorn app.main:app" },
			{ at: "Makefile:2", cwd: "", argv: "python -m app.main" },
			{ at: "Makefile:5", cwd: "", argv: "python app/main.py" },
			{ at: "Dockerfile:4", cwd: "srv", argv: "python app/main.py", image: [["", "srv"]] },
		],
	},
	{
		name: "a script beside its modules, and the text that it hands to uvicorn",
		target: "main:app",
		files: {
			"requirements.txt": servers,
			"src/names.py": "NAME = 'x'\n",
			"src/main.py": script("from names import NAME", "NAME", '"main:app"'),
			Makefile:
				"FOLDER = src\n\nfile:\n\tpython src/main.py\n\nmodule:\n\tpython -m src.main\n\nserver:\n\tcd $(FOLDER) && uvicorn main:app\n",
			Dockerfile: dockerfile("COPY src/ .", "CMD python main.py"),
		},
		runs: [
			{ at: "Makefile:4", cwd: "", argv: "python src/main.py" },
			{ at: "Makefile:7", cwd: "", argv: "python -m src.main" },
			{ at: "Makefile:10", cwd: "src", argv: "uvicorn main:app" },
			{ at: "Dockerfile:4", cwd: "srv", argv: "python main.py", image: [["src", "srv"]] },
		],
	},
	{
		name: "an application where uvicorn needs its name, and a script of the image",
		target: "main:app",
		files: {
			"requirements.txt": servers,
			"names.py": "NAME = 'x'\n",
			"main.py": script("from names import NAME", "NAME", "app, reload=True"),
			Procfile: "web: python main.py\n",
			Makefile: "APP = main:app\n\nrun:\n\tuvicorn $(APP)\n",
			"start.sh": "#!/bin/sh\ncd /srv\nexec uvicorn main:app\n",
			Dockerfile: dockerfile("COPY . .", 'CMD ["sh", "start.sh"]'),
		},
		runs: [
			{ at: "Procfile:1", cwd: "", argv: "python main.py" },
			{ at: "Makefile:4", cwd: "", argv: "uvicorn main:app" },
			{ at: "start.sh:3", cwd: "srv", argv: "uvicorn main:app", image: [["", "srv"]] },
		],
	},
	{
		name: "a file of another case, on a disk that keeps them apart",
		target: "app.main:app",
		files: {
			"requirements.txt": servers,
			"app/__init__.py": "",
			"app/Main.py": app("", '"x"'),
			Procfile: "web: uvicorn app.main:app\n",
			Dockerfile: dockerfile("COPY . .", 'CMD ["uvicorn", "app.Main:app"]'),
		},
		runs: [
			{ at: "Procfile:1", cwd: "", argv: "uvicorn app.main:app" },
			{ at: "Dockerfile:4", cwd: "srv", argv: "uvicorn app.Main:app", image: [["", "srv"]] },
		],
	},
];

let root: string;
beforeAll(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), "bootmend-starts-")));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test.each(scenarios)(
	"what the report says of each start command is what it does: $name",
	async ({ target, packages, files, runs }) => {
		const project = mkdtempSync(join(root, "project-"));
		for (const [path, text] of Object.entries(files)) {
			mkdirSync(dirname(join(project, path)), { recursive: true });
			writeFileSync(join(project, path), text);
		}
		const pythonOf = async (manifest: string) =>
			(await prepareView({ pool: "2026", manifest: join(project, manifest), also: [], without: [] })).python;
		const python = await pythonOf(packages ?? "requirements.txt");
		const { startCommands } = await audit({ folder: project, target, python, environment: {} });
		const said = startCommands.map(({ file_path, line_number, verdict }) => `${file_path}:${line_number} ${verdict}`);
		const seen: string[] = [];
		for (const run of runs) {
			const place = run.image === undefined ? project : mkdtempSync(join(root, "image-"));
			for (const [from, to] of run.image ?? []) cpSync(join(project, from), join(place, to), { recursive: true });
			const variables = Object.fromEntries(Object.entries(run.env ?? {}).map(([name, value]) => [name, join(place, value)]));
			const interpreter = run.manifest === undefined ? python : await pythonOf(run.manifest);
			const command = { python: interpreter, argv: run.argv.split(" "), cwd: join(place, run.cwd), env: variables };
			const answer = await serve(command, (origin) => fetch(`${origin}/openapi.json`));
			seen.push(`${run.at} ${answer?.ok ? "starts" : "fails"}`);
			const { correction } = startCommands.find((row) => run.at === `${row.file_path}:${row.line_number}`) ?? {
				correction: null,
			};
			if (correction === null) continue;
			const other = followed(correction, { project, place, cwd: command.cwd });
			const instead = await serve({ ...command, ...other, env: {} }, (origin) => fetch(`${origin}/openapi.json`));
			expect(`${run.at} ${correction}: ${instead?.ok ? "starts" : "fails"}`).toMatch(/: starts$/);
		}
		expect(said.sort()).toEqual(seen.sort());
	},
);

/** Does what the report says to do instead of a command: copies into the image, and goes to the folder that it names. */
function followed(correction: string, at: { readonly project: string; readonly place: string; readonly cwd: string }) {
	const copies = /^Copy (.+), and start in /.exec(correction)?.[1] ?? "";
	for (const [, from = "", to = ""] of copies.matchAll(/(\S+) to \/([^\s,]+)/g))
		cpSync(join(at.project, from), join(at.place, to), { recursive: true });
	const argv = correction.replace(/^.*: /, "").split(" ");
	const folder = /(?:^In|start in) (the repository's root|\S+): /.exec(correction)?.[1];
	if (folder === undefined) return { argv, cwd: at.cwd };
	return {
		argv,
		cwd: folder.startsWith("/")
			? join(at.place, folder)
			: folder === "the repository's root"
				? at.project
				: join(at.project, folder),
	};
}
