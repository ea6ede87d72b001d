import { defineRule } from "../../audit/rule.ts";
import { versionSatisfies } from "../../environment/pep440.ts";
import { findRefusals } from "./pydantic/find-refusals.ts";
import { errorOf, manualStepOf, problemOf, type RefusedUse } from "./pydantic/refusal.ts";
import { remediesOf } from "./pydantic/remedies.ts";

interface Evidence {
	readonly use: RefusedUse;
	/** Of the installed pydantic. */
	readonly version: string;
	readonly stage: "import" | "startup";
	readonly order: number;
}

const requirements = "fastapi\npydantic>=2\nuvicorn\n";
const model = (field: string) =>
	`from fastapi import FastAPI\nfrom pydantic import BaseModel, Field\n\napp = FastAPI()\n\n\nclass Item(BaseModel):\n    name: str = ${field}\n`;

export default defineRule<Evidence>({
	name: "removed-pydantic-api",
	category: "IMPORT",
	summary: "A model uses what pydantic 2 refuses",
	story:
		"The models were written for pydantic 1, and pydantic 2 is installed. It raises when the class is defined, so the server does not come up.",
	references: ["https://docs.pydantic.dev/latest/migration/"],
	example: {
		before: { "requirements.txt": requirements, "main.py": model('Field("item", regex="^[a-z]+$")') },
		after: { "requirements.txt": requirements, "main.py": model('Field("item", pattern="^[a-z]+$")') },
	},

	*detect(project) {
		const version = project.environment.distributions.get("pydantic")?.version;
		if (version === undefined || !versionSatisfies(version, ">=2")) return;
		for (const { use, subject, module, range, stage, order } of findRefusals(project))
			yield { subject, path: module.path, range, evidence: { use, version, stage, order } };
	},

	describe({ path, range, evidence }, project) {
		const { use, version, stage, order } = evidence;
		const module = project.modulesByPath.get(path);
		const isMended = module !== undefined && remediesOf(use, module, range, project).length > 0;
		const error = errorOf(use, project.environment);
		return {
			severity: "CRITICAL",
			stage,
			problem: problemOf(use),
			rootCause: `pydantic ${version} raises when the class is defined.`,
			...(error === null ? {} : { expectedError: error }),
			order,
			manualSteps: isMended ? [] : [manualStepOf(use)],
		};
	},

	fix({ path, range, evidence }, project) {
		const module = project.modulesByPath.get(path);
		return module && remediesOf(evidence.use, module, range, project)[0];
	},

	alternatives({ path, range, evidence }, project) {
		const module = project.modulesByPath.get(path);
		return module === undefined ? [] : remediesOf(evidence.use, module, range, project).slice(1);
	},
});
