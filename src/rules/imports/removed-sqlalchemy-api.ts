import { defineRule } from "../../audit/rule.ts";
import { versionSatisfies } from "../../environment/pep440.ts";
import type { Project } from "../../project/project.ts";
import { type FoundUse, findRemovedUses, type RemovedUse } from "./sqlalchemy/find-uses.ts";
import { remedyOf } from "./sqlalchemy/remedies.ts";
import { errorOf, manualStepOf, problemOf } from "./sqlalchemy/words.ts";

interface Evidence {
	readonly use: RemovedUse;
	/** Of the installed SQLAlchemy. */
	readonly version: string;
	readonly stage: "import" | "startup";
	readonly order: number;
}

const requirements = "fastapi\nsqlalchemy>=2\nuvicorn\n";
const main = (statement: string) =>
	`from fastapi import FastAPI\nfrom sqlalchemy import create_engine, text\n\nengine = create_engine("sqlite://")\nwith engine.connect() as connection:\n    connection.execute(${statement})\n\napp = FastAPI()\n`;

export default defineRule<Evidence>({
	name: "removed-sqlalchemy-api",
	category: "IMPORT",
	summary: "Start-up calls what SQLAlchemy 2 has removed",
	story:
		"The code was written for SQLAlchemy 1, and SQLAlchemy 2 is installed. The call raises while the server starts, so it does not come up.",
	references: ["https://docs.sqlalchemy.org/en/20/changelog/migration_20.html"],
	example: {
		before: { "requirements.txt": requirements, "main.py": main('"SELECT 1"').replace(", text", "") },
		after: { "requirements.txt": requirements, "main.py": main('text("SELECT 1")') },
	},

	*detect(project) {
		const version = project.environment.distributions.get("sqlalchemy")?.version;
		if (version === undefined || !versionSatisfies(version, ">=2.0")) return;
		const seen = new Set<string>();
		for (const { use, call } of findRemovedUses(project)) {
			const { module, node, stage, order } = call;
			const place = `${module.path}:${node.start}`;
			if (seen.has(place)) continue;
			seen.add(place);
			const subject = `${module.name}:${module.text.slice(node.callee.start, node.callee.end)}:${use.type}`;
			yield { subject, path: module.path, range: { start: node.start, end: node.end }, evidence: { use, version, stage, order } };
		}
	},

	describe({ path, range, evidence }, project) {
		const { use, version, stage, order } = evidence;
		const error = errorOf(use, project.environment.python.minor);
		const found = foundAt(project, path, range.start);
		return {
			severity: "CRITICAL",
			stage,
			problem: problemOf(use),
			rootCause: `This is how SQLAlchemy 1 was used; SQLAlchemy ${version} raises here.`,
			...(error === null ? {} : { expectedError: error }),
			order,
			manualSteps: found !== undefined && remedyOf(found, project) !== undefined ? [] : [manualStepOf(use)],
		};
	},

	fix({ path, range }, project) {
		const found = foundAt(project, path, range.start);
		return found && remedyOf(found, project);
	},
});

function foundAt(project: Project, path: string, start: number): FoundUse | undefined {
	for (const found of findRemovedUses(project))
		if (found.call.module.path === path && found.call.node.start === start) return found;
	return undefined;
}
