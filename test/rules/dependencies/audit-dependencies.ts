import type { AnyRule } from "../../../src/audit/rule.ts";
import type { FoundIssue } from "../../../src/audit/run-rules.ts";
import { runRules } from "../../../src/audit/run-rules.ts";
import type { Distribution, Environment, ExternalModule, ModuleLookup } from "../../../src/environment/environment.ts";
import { rules } from "../../../src/rules/index.ts";
import { applyToFiles } from "../../../src/text/edit.ts";
import { buildProject, parseFiles, unknownEnvironment } from "../../project/build-project.ts";

/** A package of a test's environment. */
export interface TestPackage {
	readonly version?: string;
	readonly requires?: readonly string[];
	readonly requiresPython?: string;
	/** Top-level modules; the name itself where it is not given. */
	readonly provides?: readonly string[];
}

const web: Readonly<Record<string, TestPackage>> = {
	fastapi: {
		version: "0.115.0",
		requires: ["starlette<0.39.0,>=0.37.2", "pydantic>=2", 'python-multipart>=0.0.7; extra == "standard"'],
	},
	starlette: { version: "0.38.0" },
	pydantic: { version: "2.9.0", requires: ['email-validator>=2; extra == "email"'] },
	uvicorn: { version: "0.30.0" },
};

/** Which distribution brings a module, for all tests. */
const importNames: Readonly<Record<string, readonly string[]>> = {
	jose: ["python-jose"],
	pkg_resources: ["setuptools"],
	pydantic_settings: ["pydantic-settings"],
	jwt: ["pyjwt", "jwt"],
	redis: ["redis"],
	kombu: ["kombu"],
	config: ["config"],
	psycopg2: ["psycopg2-binary", "psycopg2"],
	asyncpg: ["asyncpg"],
};

/** Where FastAPI defines what it offers at its top. */
const homes: Readonly<Record<string, string>> = {
	"fastapi.FastAPI": "fastapi.applications.FastAPI",
	"fastapi.APIRouter": "fastapi.routing.APIRouter",
	"fastapi.Depends": "fastapi.param_functions.Depends",
	"fastapi.File": "fastapi.param_functions.File",
	"fastapi.Form": "fastapi.param_functions.Form",
	"fastapi.UploadFile": "fastapi.datastructures.UploadFile",
	"fastapi.security.OAuth2PasswordRequestForm": "fastapi.security.oauth2.OAuth2PasswordRequestForm",
};

/** A virtual environment with fastapi, uvicorn and these packages, and no others. */
export function installed(packages: Readonly<Record<string, TestPackage>> = {}): Environment {
	const all = { ...web, ...packages };
	const distributions = new Map<string, Distribution>();
	const providers = new Map<string, string>();
	for (const [name, { version = "1.0", requires = [], requiresPython = null, provides = [name] }] of Object.entries(all)) {
		distributions.set(name, { name, version, requires, requiresPython, topLevel: provides, extras: [] });
		for (const module of provides) providers.set(module, name);
	}
	const findModule = (dotted: string): ModuleLookup => {
		const distribution = providers.get(dotted.split(".")[0] ?? dotted);
		return distribution === undefined ? { found: "missing" } : { found: "present", module: openModule(dotted, distribution) };
	};
	return {
		...unknownEnvironment(),
		kind: "interpreter",
		pythonEvidence: ".venv",
		pythonIsCertain: true,
		distributions,
		findModule,
		canonical: (dotted) => homes[dotted] ?? dotted,
		distributionsFor: (name) => (providers.has(name) ? [providers.get(name) ?? ""] : (importNames[name] ?? [])),
	};
}

/** A module that has every name anybody asks for. */
function openModule(name: string, distribution: string): ExternalModule {
	return {
		name,
		isPackage: true,
		origin: "installed",
		kind: "source",
		distribution,
		lookup: () => ({ found: "present", entry: { kind: "unknown" } }),
		names: () => [],
		starNames: () => null,
		needs: () => [],
		definition: () => null,
	};
}

export interface Audited {
	/** `CRITICAL rule-name path:line problem`. */
	readonly lines: readonly string[];
	readonly issues: readonly FoundIssue[];
	/** The file after the fix of the first issue, or null where it has none. */
	readonly mended: (path: string) => string | null;
}

/** Asks the dependency rules about a tiny backend whose target is `main:app`. */
export function auditDependencies(literal: string, environment: Environment = installed(), only?: AnyRule): Audited {
	const files = parseFiles(literal);
	const project = buildProject(files, { environment, target: "main:app" });
	const asked = only === undefined ? rules.filter(({ category }) => category === "DEPENDENCY") : [only];
	const { issues, brokenRules } = runRules(project, asked);
	if (brokenRules.length > 0) throw new Error(JSON.stringify(brokenRules));
	const fix = issues[0]?.fix ?? null;
	const after = fix === null ? null : applyToFiles(new Map(Object.entries(files)), fix.edits);
	return {
		lines: issues.map(({ severity, rule, at, problem }) => `${severity} ${rule} ${at.path}:${at.line} ${problem}`),
		issues,
		mended: (path) => after?.get(path) ?? null,
	};
}
