import type { Call } from "../../../project/imports/trace.ts";
import type { ClassAttribute } from "../../../project/models/class-body.ts";
import type { ClassFault } from "../../repair/classes/class-fault.ts";

/** Where a column stands and when its table is made: what all faults of columns have in common. `turn` counts those of one rule, from 0. */
export function columnMade(
	{ owner, name, node }: ClassAttribute,
	creation: Call,
	turn: number,
): Pick<ClassFault, "module" | "severity" | "stage" | "order" | "subject" | "range"> {
	return {
		module: owner.module,
		severity: creation.guarded ? "HIGH" : "CRITICAL",
		stage: creation.stage,
		order: creation.order + turn / 1000,
		subject: `${owner.module.name}:${owner.node.name.name}.${name}`,
		range: node,
	};
}

/** `app/main.py:12 makes the table users`. */
export function whoMakes({ module, node }: Call, table: string): string {
	return `${module.path}:${module.lines.positionAt(node.start).line} makes the table ${table}`;
}
