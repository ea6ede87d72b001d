import type { FixProposal } from "../../../audit/fix.ts";
import type { Severity, Stage } from "../../../audit/issue.ts";
import { type AnyRule, defineRule, type RuleMeta } from "../../../audit/rule.ts";
import type { ClassDefinition } from "../../../project/imports/trace.ts";
import type { Module, Project } from "../../../project/project.ts";
import type { TextRange } from "../../../text/range.ts";

/** Something wrong with a class, with all that is told about it. */
export interface ClassFault {
	/** In names: `app.models:Item.tags`. */
	readonly subject: string;
	readonly module: Module;
	readonly range: TextRange;
	readonly severity: Severity;
	readonly stage: Stage;
	readonly order: number;
	readonly problem: string;
	readonly rootCause: string;
	/** The line that Python prints; null where it cannot be foreseen word by word. */
	readonly error: string | null;
	/** The smallest change first, then other ways. */
	readonly fixes: readonly FixProposal[];
	readonly manualSteps?: readonly string[];
}

/** A rule about class statements: it finds faults that say all there is to say. */
export function defineClassRule(meta: RuleMeta, find: (project: Project) => Iterable<ClassFault>): AnyRule {
	return defineRule<ClassFault>({
		...meta,
		*detect(project) {
			for (const fault of find(project)) {
				const { start, end } = fault.range;
				yield { subject: fault.subject, path: fault.module.path, range: { start, end }, evidence: fault };
			}
		},
		describe({ evidence }) {
			const { severity, stage, problem, rootCause, error, order, manualSteps } = evidence;
			return {
				severity,
				stage,
				problem,
				rootCause,
				order,
				...(error === null ? {} : { expectedError: error }),
				...(manualSteps === undefined ? {} : { manualSteps }),
			};
		},
		fix: ({ evidence }) => evidence.fixes[0],
		alternatives: ({ evidence }) => evidence.fixes.slice(1),
	});
}

/** The class statements that certainly run, each once. */
export function certainClasses(project: Project): readonly ClassDefinition[] {
	const seen = new Set<string>();
	return project.trace.classes.filter(({ value, guarded }) => {
		const place = `${value.module.name}:${value.node.start}`;
		if (guarded || seen.has(place)) return false;
		seen.add(place);
		return true;
	});
}

/** What every fault of a class statement that raises has in common. */
export function raising({ value, stage, order }: ClassDefinition): Pick<ClassFault, "module" | "severity" | "stage" | "order"> {
	return { module: value.module, severity: "CRITICAL", stage, order };
}
