import { describe, expect, it } from "vitest";
import { runRules } from "../../src/audit/run-rules.ts";
import type { Environment } from "../../src/environment/environment.ts";
import { compareStarts } from "../../src/plan/compare-starts.ts";
import { rules } from "../../src/rules/index.ts";
import { buildProject, unknownEnvironment } from "../project/build-project.ts";

function startsOf(files: Readonly<Record<string, string>>, environment = unknownEnvironment()) {
	const project = buildProject({ "requirements.txt": "fastapi\nuvicorn\n", ...files }, { environment });
	return compareStarts(project, runRules(project, rules), rules).map(({ path, service, isAudited, verdict, stop, needs }) => ({
		place: service === null ? path : `${path} ${service}`,
		isAudited,
		verdict,
		error: stop?.error ?? null,
		at: stop === null ? null : `${stop.path}:${stop.line}`,
		needs,
	}));
}

const shop = {
	"shop/__init__.py": "",
	"shop/prices.py": "VAT = 19\n",
	"shop/main.py": "from fastapi import FastAPI\nfrom shop.prices import VAT\n\napp = FastAPI(title=str(VAT))\n",
};
const image = (copy: string, command: string) => `FROM python:3.11-slim\nWORKDIR /srv\n${copy}\nCMD ${command}\n`;
const made = { verdict: "starts", error: null, at: null, needs: [] };

describe("start commands of one repository", () => {
	it("are one where they start the same code from the same place", () => {
		const Dockerfile = image("COPY . .", '["uvicorn", "shop.main:app"]');
		expect(startsOf({ ...shop, Dockerfile, Procfile: "web: uvicorn shop.main:app\n" })).toEqual([
			{ place: "Dockerfile", isAudited: true, ...made },
			{ place: "Procfile", isAudited: true, ...made },
		]);
	});

	it("fail in an image that has all the code, where neither it nor a package has that name", () => {
		const usual = unknownEnvironment();
		const environment: Environment = {
			...usual,
			findModule: (name) => (name === "nowhere_at_all" ? { found: "missing" } : usual.findModule(name)),
		};
		const Dockerfile = image("COPY . .", '["uvicorn", "nowhere_at_all.main:app"]');
		const Makefile = "dev:\n\tuvicorn shop.main:app --reload\n";
		expect(startsOf({ ...shop, Dockerfile, Makefile }, environment)).toContainEqual({
			place: "Dockerfile",
			isAudited: false,
			verdict: "fails",
			error: 'Error loading ASGI app. Could not import module "nowhere_at_all.main".',
			at: "Dockerfile:4",
			needs: [],
		});
	});

	it("fail in an image that is copied from inside the package", () => {
		const Dockerfile = image("COPY shop/ .", '["uvicorn", "main:app"]');
		expect(startsOf({ ...shop, Dockerfile, Makefile: "dev:\n\tuvicorn shop.main:app --reload\n" })).toContainEqual({
			place: "Dockerfile",
			isAudited: false,
			verdict: "fails",
			error: "ModuleNotFoundError: No module named 'shop'",
			at: "shop/main.py:2",
			needs: [],
		});
	});

	it("fail in an image that lacks a folder, and not where the folder is mounted", () => {
		const files = {
			"app/__init__.py": "",
			"app/main.py":
				"from fastapi import FastAPI\nimport app.clock\nfrom common.clock import now\n\napp = FastAPI(title=now())\n",
			"app/clock.py": "",
			"common/__init__.py": "",
			"common/clock.py": "def now():\n    return ''\n",
			Procfile: "web: uvicorn app.main:app\n",
			Dockerfile: image("COPY ./app /srv/app", "uvicorn app.main:app"),
			"compose.yaml": "services:\n  api:\n    build: .\n    volumes:\n      - .:/srv\n",
		};
		const rows = startsOf(files);
		expect(rows.find(({ place }) => place === "Dockerfile")).toMatchObject({ verdict: "fails", at: "app/main.py:3" });
		expect(rows.find(({ place }) => place === "compose.yaml api")).toMatchObject({ verdict: "starts" });
	});

	it("stay unknown where an image is changed by commands, or a script runs anywhere", () => {
		const Dockerfile = image("COPY . /tmp/code\nRUN cp -r /tmp/code/shop code", '["uvicorn", "code.main:app"]');
		const rows = startsOf({
			...shop,
			Dockerfile,
			"start.sh": "cd $HERE\nuvicorn shop.main:app\n",
			Procfile: "web: uvicorn shop.main:app\n",
		});
		expect(rows.map(({ verdict }) => verdict)).toEqual(["unknown", "starts", "unknown"]);
	});
});

it("reads a service that is started in another folder by a list of words", () => {
	const compose =
		"services:\n  api:\n    build: {context: ., dockerfile: Dockerfile}\n    working_dir: /srv/shop\n    command:\n      - uvicorn\n      - main:app\n";
	const rows = startsOf({ ...shop, "compose.yaml": compose, Dockerfile: image("COPY . .", "uvicorn shop.main:app") });
	expect(rows.find(({ place }) => place === "compose.yaml api")).toMatchObject({
		verdict: "fails",
		error: "ModuleNotFoundError: No module named 'shop'",
	});
	expect(rows.find(({ place }) => place === "Dockerfile")).toMatchObject({ verdict: "starts" });
});

it("leaves a service open that gets its image from another compose file", () => {
	const override = "services:\n  api:\n    command: uvicorn shop.main:app\n    volumes: ['./tests:/srv/tests']\n";
	const rows = startsOf({ ...shop, "compose.override.yaml": override, Procfile: "web: uvicorn shop.main:app\n" });
	expect(rows.find(({ place }) => place === "compose.override.yaml api")).toMatchObject({ verdict: "unknown" });
});

describe("what to do instead of a start command that fails", () => {
	const corrections = (files: Readonly<Record<string, string>>) => {
		const project = buildProject({ "requirements.txt": "fastapi\nuvicorn\n", ...shop, ...files });
		return compareStarts(project, runRules(project, rules), rules).map(({ path, correction }) => `${path}: ${correction}`);
	};

	it("is the same command in another folder, of the image or of the repository", () => {
		const Dockerfile = image("COPY . .\nWORKDIR /srv/shop", '["uvicorn", "main:app", "--port", "80"]');
		const Makefile = "dev:\n\tcd shop && uvicorn --reload main:app\n";
		expect(corrections({ Procfile: "web: uvicorn shop.main:app\n", Dockerfile, Makefile }).sort()).toEqual([
			"Dockerfile: In /srv: uvicorn shop.main:app --port 80",
			"Makefile: In the repository's root: uvicorn --reload shop.main:app",
			"Procfile: null",
		]);
	});

	it("is to copy what is left out, and to name the file that is there", () => {
		const Dockerfile = image("COPY shop/ .", '["uvicorn", "main:app"]');
		const files = {
			Procfile: "web: uvicorn shop.main:app\n",
			Dockerfile,
			"Dockerfile.dev": image("COPY . .", "fastapi run shop/server.py"),
		};
		expect(corrections(files).sort()).toEqual([
			"Dockerfile.dev: fastapi run shop/main.py",
			"Dockerfile: Copy shop to /srv/shop, and start in /srv: uvicorn shop.main:app",
			"Procfile: null",
		]);
	});
});
