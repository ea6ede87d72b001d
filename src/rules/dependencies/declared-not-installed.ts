import { defineRule } from "../../audit/rule.ts";
import { primaryManifest } from "../../project/manifests/declared.ts";
import type { Requirement } from "../../project/manifests/manifest.ts";
import { markerApplies } from "../../project/manifests/marker.ts";
import { distributionsOf } from "../../project/manifests/third-party-imports.ts";
import type { Project } from "../../project/project.ts";

interface Evidence {
	/** As declared, in the order of the manifest. */
	readonly names: readonly string[];
	/** The first import of start-up that fails for want of one of them. */
	readonly failing: { readonly module: string; readonly at: string; readonly order: number } | null;
	readonly command: string;
	readonly environment: string;
}

const main = `from fastapi import FastAPI
from jose import jwt

app = FastAPI()


@app.get("/claims")
def read_claims(token: str):
    return jwt.get_unverified_claims(token)
`;

export default defineRule<Evidence>({
	name: "declared-not-installed",
	category: "DEPENDENCY",
	summary: "Declared packages are not installed in the project's environment",
	story: "The manifest was changed, or the environment is older than it: the code imports what nobody has installed yet.",
	references: ["https://pip.pypa.io/en/stable/cli/pip_install/"],
	example: {
		before: { "requirements.txt": "fastapi\nuvicorn\npython-jose\n", "main.py": main },
		after: { "requirements.txt": "fastapi\nuvicorn\npython-jose\n", "main.py": main },
		installed: {
			before: { fastapi: "0.115.0", uvicorn: "0.30.0" },
			after: { fastapi: "0.115.0", uvicorn: "0.30.0", "python-jose": "3.3.0" },
		},
	},

	*detect(project) {
		const manifest = primaryManifest(project.manifests);
		// Without an environment of the project's own, nothing is installed, and everybody knows it.
		if (manifest === null || project.environment.kind !== "interpreter") return;
		const missing = manifest.requirements.filter((requirement) => isMissing(project, requirement));
		const [first] = missing;
		if (first === undefined) return;
		const names = [...new Set(missing.map(({ name }) => name))];
		const failing = firstFailingImport(project, new Set(missing.map(({ normalized }) => normalized)));
		const { installCommand: command } = manifest;
		const evidence = { names, failing, command, environment: project.environment.pythonEvidence };
		yield { subject: manifest.path, path: first.path, range: first.range, evidence };
	},

	describe({ evidence }) {
		const { names, failing, command, environment } = evidence;
		const isOne = names.length === 1;
		const listed = names.length > 6 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
		return {
			severity: failing === null ? "MEDIUM" : "CRITICAL",
			stage: failing === null ? "none" : "import",
			problem: `${listed} ${isOne ? "is" : "are"} declared and not installed`,
			rootCause: `The environment (${environment}) does not have ${isOne ? "it" : "them"}.${failing === null ? " Start-up does not import it." : ` ${failing.at} imports ${failing.module} at start-up.`}`,
			...(failing === null
				? {}
				: { expectedError: `ModuleNotFoundError: No module named '${failing.module.split(".")[0]}'`, order: failing.order }),
			failsOn: failing === null ? [] : ["this-machine"],
			manualSteps: [`The code is right as it is: run ${command} in the project's environment.`],
		};
	},
});

function isMissing(project: Project, requirement: Requirement): boolean {
	const { normalized, group, marker, url } = requirement;
	if (group !== "" || normalized === "" || url !== null) return false;
	return markerApplies(marker, project.environment.python) === true && !project.environment.distributions.has(normalized);
}

function firstFailingImport(project: Project, missing: ReadonlySet<string>): Evidence["failing"] {
	for (const { module, importer, range, reached, guarded, deferred, order } of project.trace.externalImports) {
		const top = module.split(".")[0] ?? module;
		if (!reached || guarded || deferred || project.environment.findModule(top).found !== "missing") continue;
		if (!distributionsOf(module, project.environment).some((name) => missing.has(name))) continue;
		return { module, at: `${importer.path}:${importer.lines.positionAt(range.start).line}`, order };
	}
	return null;
}
