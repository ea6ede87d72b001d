import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import type { Failure } from "../../project/imports/trace.ts";
import type { Project, Target } from "../../project/project.ts";
import { bringsNoFailure } from "../repair/trial/trial.ts";
import { failingCycles } from "./repair/cycles/cycle-failures.ts";
import { findCycleRemedies } from "./repair/cycles/cycle-remedies.ts";

interface Evidence {
	readonly name: string;
	/** The modules of the cycle, the first repeated at the end. */
	readonly cycle: readonly string[];
	/** The module that fails when it is imported first. */
	readonly entry: string;
	readonly remedies: readonly FixProposal[];
	readonly error: string;
}

const main =
	'from fastapi import FastAPI\n\nfrom users import find\n\napp = FastAPI()\n\n\n@app.get("/")\ndef read() -> str:\n    return find()\n';
const mail = "from users import sender\n\n\ndef send() -> str:\n    return sender\n";

export default defineRule<Evidence>({
	name: "fragile-import-cycle",
	category: "IMPORT",
	summary: "Modules import each other, and it works only because of who is imported first",
	story:
		"The server starts, because its imports happen to enter the circle at the right place. A script, a test or a migration that imports another of these modules first fails, and so does the server after a harmless looking change of order.",
	references: ["https://docs.python.org/3/faq/programming.html#what-are-the-best-practices-for-using-import-in-a-module"],
	example: {
		before: {
			"main.py": main,
			"users.py": 'sender = "users"\n\nfrom mail import send\n\n\ndef find() -> str:\n    return send()\n',
			"mail.py": mail,
		},
		after: {
			"main.py": main,
			"users.py": 'sender = "users"\n\n\ndef find() -> str:\n    from mail import send\n    return send()\n',
			"mail.py": mail,
		},
	},

	*detect(project) {
		const seen = new Set<string>();
		for (const { entry, failure, name, cycle, from } of failuresByEntry(project)) {
			const key = `${failure.module.path}\0${failure.statement?.start ?? failure.range.start}`;
			if (seen.has(key)) continue;
			seen.add(key);
			const remedies = findCycleRemedies(from(), failure, cycle, name).filter((each) => bringsNoFailure(project, each));
			yield {
				subject: `${failure.module.name}:${cycle[0]}.${name}`,
				path: failure.module.path,
				range: failure.range,
				evidence: { name, cycle, entry, remedies, error: failure.error },
			};
		}
	},

	describe({ evidence: { name, cycle, entry, error } }) {
		const [source = ""] = cycle;
		return {
			severity: "MEDIUM",
			stage: "none",
			problem: `Importing ${entry} first fails: ${name} is asked of ${source} before it is there`,
			rootCause: `${cycle.join(" → ")}: started as it is, the server enters this circle elsewhere, where it holds. ${entry} imported first (by a script, a test, a migration) ends in: ${error.replace(/ \(\/[^()]*\)$/, "")}`,
			manualSteps: [
				`Or move what these modules share into a module of its own that imports none of them: ${[...new Set(cycle)].join(", ")}.`,
			],
		};
	},

	fix({ evidence }) {
		return evidence.remedies[0];
	},

	alternatives({ evidence }) {
		return evidence.remedies.slice(1);
	},
});

interface EntryFailure {
	readonly entry: string;
	readonly failure: Failure;
	readonly name: string;
	readonly cycle: readonly string[];
	/** The project as it is when the entry is its target. */
	readonly from: () => Project;
}

/** Entries that one audit tries, and modules that all of them together may bring in: large knots are looked at in part. */
const mostEntries = 16;
const mostModules = 2000;

/** Imports each module of a circle first, and tells where a circle then closes too early that holds from the target. */
function* failuresByEntry(project: Project): Generator<EntryFailure> {
	const failing = new Set(project.trace.failures.map(placeOf));
	const entries = entriesOf(project).slice(0, Math.min(mostEntries, Math.floor(mostModules / (project.modules.size + 1))));
	for (const entry of entries) {
		const target: Target = { module: entry, attribute: "", factory: false, evidence: "" };
		const alone = project.traceFrom(target, true);
		const from = () => ({ ...project, target, trace: project.traceFrom(target, false) });
		for (const found of failingCycles(alone)) {
			if (found.failure.reached && !failing.has(placeOf(found.failure))) yield { entry, from, ...found };
		}
	}
}

function placeOf({ module, statement, range }: Failure): string {
	return `${module.path}\0${statement?.start ?? range.start}`;
}

/** The modules of circles but those by which the target enters them, and those whose package comes first anyway. */
function entriesOf(project: Project): string[] {
	const entries = new Set<string>();
	const failing = [...failingCycles(project.trace)].map(({ cycle }) => new Set(cycle));
	for (const circle of project.trace.circles) {
		// Where it fails from the target too, that is the fault.
		if (failing.some((cycle) => circle.every((name) => cycle.has(name)))) continue;
		const members = new Set(circle);
		for (const name of circle.slice(1)) {
			const isBelowMember = name.split(".").some((_, index, parts) => members.has(parts.slice(0, index).join(".")));
			if (!isBelowMember) entries.add(name);
		}
	}
	return [...entries];
}
