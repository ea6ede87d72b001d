import type * as ast from "./ast.ts";
import { type ConcreteFault, parseConcrete } from "./concrete.ts";
import { spend, stepsPerCharacter } from "./effort.ts";
import { StatementReader } from "./read/statement-reader.ts";

/** Parses one Python file. Never throws: what is no Python is listed in `errors`, and the body holds the rest. */
export function parseModule(text: string): ast.Module {
	spend(stepsPerCharacter * text.length);
	const concrete = parseConcrete(text);
	const reader = new StatementReader(text);
	const body = reader.statements(concrete.root.children);
	const futures = new Set(reader.futures);
	const errors = [...concrete.faults.map(faultOf), ...reader.faults].sort((a, b) => a.start - b.start);
	const [cutAt = null] = [...reader.cuts, ...(concrete.cutAt === null ? [] : [concrete.cutAt])].sort((a, b) => a - b);
	return { type: "Module", start: 0, end: text.length, body, errors, futures, cutAt };
}

function faultOf(fault: ConcreteFault): ast.SyntaxFault {
	const message = fault.missing !== null && /^\W+$/.test(fault.missing) ? `expected '${fault.missing}'` : "invalid syntax";
	return { start: fault.start, end: fault.end, message, exception: "SyntaxError" };
}
