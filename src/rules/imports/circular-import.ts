import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { failingCycles } from "./repair/cycles/cycle-failures.ts";
import { findCycleRemedies } from "./repair/cycles/cycle-remedies.ts";
import { isBoundNowhere, withoutName } from "./repair/cycles/nowhere-bound.ts";

interface Evidence {
	readonly name: string;
	/** The modules of the cycle, the first repeated at the end. */
	readonly cycle: readonly string[];
	/** True where nothing binds the name, so that Python only takes it for a circle. */
	readonly isNowhere: boolean;
	/** Changes that break it, each tried, the smallest first. */
	readonly remedies: readonly FixProposal[];
	readonly error: string;
	readonly stage: "import" | "startup";
	readonly order: number;
}

const main = "from fastapi import FastAPI\n\nfrom users import router\n\napp = FastAPI()\napp.include_router(router)\n";
const users =
	'from fastapi import APIRouter\n\nfrom mail import send_welcome\n\nrouter = APIRouter()\nsender = "users"\n\n\n@router.post("/")\ndef register() -> None:\n    send_welcome()\n';

export default defineRule<Evidence>({
	name: "circular-import",
	category: "IMPORT",
	summary: "Modules import each other, and one asks for a name before it is there",
	story:
		"Each file is right by itself. Together they stop the server: a module is asked for a name while it is still being imported, above the line that defines it.",
	references: ["https://docs.python.org/3/faq/programming.html#what-are-the-best-practices-for-using-import-in-a-module"],
	example: {
		before: {
			"main.py": main,
			"users.py": users,
			"mail.py": "from users import sender\n\n\ndef send_welcome() -> str:\n    return sender\n",
		},
		after: {
			"main.py": main,
			"users.py": users,
			"mail.py": "def send_welcome() -> str:\n    from users import sender\n    return sender\n",
		},
	},

	*detect(project) {
		const seen = new Set<string>();
		for (const { failure, name, cycle } of failingCycles(project.trace)) {
			const { module, range, statement, error, stage, order } = failure;
			// Several names of one statement fail for one reason and are mended together.
			const key = `${module.path}\0${statement?.start ?? range.start}`;
			if (seen.has(key)) continue;
			seen.add(key);
			const found = findCycleRemedies(project, failure, cycle, name);
			const isNowhere = found.length === 0 && isBoundNowhere(project, failure, cycle, name);
			const remedies = isNowhere ? withoutName(project, failure, cycle, name) : found;
			yield {
				subject: `${module.name}:${cycle[0]}.${name}`,
				path: module.path,
				range,
				evidence: { name, cycle, isNowhere, remedies, error, stage, order },
			};
		}
	},

	describe({ evidence }) {
		const { name, cycle, isNowhere, error, stage, order, remedies } = evidence;
		const [source = ""] = cycle;
		const path = cycle.join(" → ");
		return {
			severity: "CRITICAL",
			stage,
			problem:
				cycle.length === 2 ? `${source} imports ${name} from itself` : `${name} is imported from ${source} before it is there`,
			rootCause: isNowhere
				? `Nothing in ${source} binds ${name}, and it has no module of that name. Python takes that for a circle, since ${source} is still being imported.`
				: `${path}: when the circle closes, ${source} has not run as far as the line that binds ${name}.`,
			expectedError: error,
			order,
			manualSteps:
				remedies.length > 0
					? []
					: [
							`Move what these modules share into a module of its own that imports none of them: ${[...new Set(cycle)].join(", ")}.`,
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
