import { describe, expect, it } from "vitest";
import { otherApplicationRows } from "../../src/plan/other-applications.ts";
import { buildProject } from "../project/build-project.ts";

const service = "from fastapi import FastAPI\n\napp = FastAPI()\n";
const rowsOf = (files: Readonly<Record<string, string>>) => {
	const project = buildProject(files);
	const others = otherApplicationRows(project).map(({ path, target, command }) => `${path} ${target} ${command}`);
	return { audited: `${project.backend}:${project.target?.module}:${project.target?.attribute}`, others };
};

describe("applications beside the audited one", () => {
	it("are all named, each with what audits it", () => {
		const files = {
			"orders/requirements.txt": "fastapi\n",
			"orders/main.py": service,
			"users/requirements.txt": "fastapi\n",
			"users/main.py": service,
			"users/admin.py": `${service}admin = FastAPI()\n`,
		};
		expect(rowsOf(files)).toEqual({
			audited: "users:main:app",
			others: [
				"orders/main.py main:app bootmend audit orders --target main:app",
				"users/admin.py admin:app bootmend audit users --target admin:app",
				"users/admin.py admin:admin bootmend audit users --target admin:admin",
			],
		});
	});

	it("are named too where start commands start them", () => {
		const compose =
			"services:\n  orders:\n    build: ./orders\n    command: uvicorn main:app\n  users:\n    build: ./users\n    command: uvicorn main:app\n";
		const Dockerfile = "FROM python:3.12\nWORKDIR /srv\nCOPY . .\n";
		const files = {
			"orders/main.py": service,
			"users/main.py": service,
			"users/Dockerfile": Dockerfile,
			"orders/Dockerfile": Dockerfile,
		};
		expect(rowsOf({ ...files, "compose.yaml": compose })).toEqual({
			audited: "orders:main:app",
			others: ["users/main.py main:app bootmend audit users --target main:app"],
		});
	});

	it("are none where they are parts of it, and none of its tests", () => {
		const main =
			"from fastapi import FastAPI\nfrom factory import create_app, make\nfrom sub import api\n\n\napp = create_app()\napp.mount('/api', api)\nserver = app\n";
		const factory = "from fastapi import FastAPI\n\n\ndef create_app():\n    app = FastAPI()\n    return app\n\n\nmake = None\n";
		expect(
			rowsOf({
				"main.py": main,
				"factory.py": factory,
				"sub.py": "from fastapi import FastAPI\n\napi = FastAPI()\n",
				"tests/test_app.py": service,
			}),
		).toEqual({
			audited: ":main:app",
			others: [],
		});
	});
});
