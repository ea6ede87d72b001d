import { expect, test } from "vitest";
import rule from "../../../src/rules/dependencies/unpublished-package.ts";
import { auditDependencies, installed, type TestPackage } from "./audit-dependencies.ts";

const published = ["fastapi", "uvicorn", "fastapi-security-kit"];

function audit(lists: string, packages: Readonly<Record<string, TestPackage>> = {}, asOf: string | null = "2026-11-22") {
	const environment = {
		...installed(packages),
		isPublished: (name: string) => published.includes(name),
		isOftenUsed: (name: string) => name === "uvicorn" || name === "fastapi",
		publishedUntil: () => asOf,
	};
	return auditDependencies(`${lists}\n#- main.py\nfrom fastapi import FastAPI\napp = FastAPI()\n`, environment, rule);
}

test("a name that nobody has published is refused by every installation", () => {
	const { lines, mended } = audit("#- requirements.txt\nfastapi\nuvicorn\nfastapi-security-utilities==1.2");
	expect(lines).toEqual([
		"HIGH unpublished-package requirements.txt:3 fastapi-security-utilities is declared, and the public index has no package of that name",
	]);
	expect(mended("requirements.txt")).toBe("fastapi\nuvicorn\n");
});

test("one slip away from a package that is often used, that one is meant", () => {
	expect(audit("#- requirements.txt\nfastapi\nuvicron[standard]>=0.20").mended("requirements.txt")).toBe(
		"fastapi\nuvicorn[standard]>=0.20\n",
	);
	expect(audit("#- requirements.txt\nfastapi\nuvicorn\nuvicron").lines).toEqual([
		"CRITICAL unpublished-package requirements.txt:3 uvicron is declared, and the public index has no package of that name",
	]);
	expect(audit("#- requirements.txt\nfastapi\nuvicorn\nuvicron").mended("requirements.txt")).toBe("fastapi\nuvicorn\n");
});

test("what may come from elsewhere is not in question", () => {
	for (const sound of [
		"#- requirements.txt\nfastapi\nfastapi-security-kit",
		"#- requirements.txt\n--extra-index-url https://packages.example.org/simple\nfastapi\nacme-orders",
		"#- requirements.txt\nfastapi\nacme-orders @ git+https://example.org/acme-orders",
		'#- requirements.txt\nfastapi\nacme-orders; python_version < "3"',
		"#- requirements.txt\nfastapi\nacme-orders\n#- Dockerfile\nFROM python:3.11\nENV PIP_EXTRA_INDEX_URL=$INDEX\nCOPY requirements.txt .\nRUN pip install -r requirements.txt",
		"#- requirements.txt\nfastapi\nacme-orders\n#- pip.conf\n[global]\nextra-index-url = https://packages.example.org/simple",
		"#- requirements.txt\nfastapi\nacme-orders\n#- libs/acme_orders/__init__.py\n",
		'#- requirements.txt\nfastapi\nacme-orders\n#- packages/orders/pyproject.toml\n[project]\nname = "acme-orders"',
		'#- pyproject.toml\n[project]\nname = "x"\ndependencies = ["fastapi", "acme-orders"]\n[[tool.uv.index]]\nname = "own"\nurl = "https://packages.example.org/simple"',
		'#- pyproject.toml\n[project]\nname = "x"\ndependencies = ["fastapi"]\n[project.optional-dependencies]\ndev = ["acme-orders"]',
	])
		expect(audit(sound).lines, sound).toEqual([]);
	expect(audit("#- requirements.txt\nfastapi\nacme-orders", { "acme-orders": { version: "1.0" } }).lines).toEqual([]);
	expect(audit("#- requirements.txt\nfastapi\nacme-orders", {}, null).lines).toEqual([]);
});
