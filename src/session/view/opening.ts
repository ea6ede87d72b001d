import { showLine } from "../../text/gate.ts";
import { type Line, lineOf, span, wrapLine } from "./line.ts";

/** One report of how an audit is getting on. */
export interface AuditProgress {
	/** What is being done, as a person says it: `Reading the project`. The same words again mean the same step. */
	readonly step: string;
	/** Units done so far (files, modules, rules); 0 where there is nothing to count. */
	readonly done: number;
	/** Units in all; null where nobody knows. */
	readonly total: number | null;
}

/** Takes a report in: a new step comes last, a known one is brought up to date. */
export function withProgress(steps: readonly AuditProgress[], report: AuditProgress): readonly AuditProgress[] {
	const position = steps.findIndex((step) => step.step === report.step);
	return position < 0 ? [...steps, report] : steps.map((step, index) => (index === position ? report : step));
}

/** The steps of an audit that is under way: those behind it as rows, and the current one for the spinner. */
export function openingRows(
	steps: readonly AuditProgress[],
	width: number,
): { readonly done: readonly Line[]; readonly current: Line } {
	const behind = steps.slice(0, -1);
	const current = steps[steps.length - 1];
	return {
		done: behind.flatMap((step) =>
			wrapLine([span("✓ ", "accent"), span(showLine(step.step)), span(units(step), "dim")], width, 2),
		),
		current: current === undefined ? lineOf("Opening the project") : [span(showLine(current.step)), span(units(current), "dim")],
	};
}

function units({ done, total }: AuditProgress): string {
	if (total !== null && total > 0) return `  ${done} of ${total}`;
	return done > 0 ? `  ${done}` : "";
}
