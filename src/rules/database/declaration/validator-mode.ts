import type { FixProposal } from "../../../audit/fix.ts";
import type { ClassDefinition } from "../../../project/imports/trace.ts";
import type { FunctionValue, Value } from "../../../project/imports/values.ts";
import { argumentsOf } from "../../../project/models/class-body.ts";
import type * as ast from "../../../python/ast.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** Modes that the decorators of pydantic 2 take, and what a wrong one raises when the class is made (pydantic/_internal/_decorators.py and _generate_schema.py). */
const decorators: Readonly<Record<string, { readonly modes: readonly string[]; readonly error: (mode: string) => string }>> = {
	field_validator: { modes: ["after", "before", "wrap", "plain"], error: (mode) => `KeyError: '${mode}'` },
	model_validator: {
		modes: ["after", "before", "wrap"],
		error: (mode) =>
			mode === "plain" ? "AssertionError" : `AssertionError: invalid mode: '${mode}', expected 'before', 'after' or 'plain`,
	},
	field_serializer: {
		modes: ["plain", "wrap"],
		error: (mode) => `AssertionError: invalid mode: '${mode}', expected 'plain' or 'wrap'`,
	},
	model_serializer: {
		modes: ["plain", "wrap"],
		error: (mode) => `AssertionError: invalid mode: '${mode}', expected 'plain' or 'wrap'`,
	},
};

/** `@field_validator("name", mode="pre")`: pydantic 2 has no such mode. */
export function unknownMode(
	definition: ClassDefinition,
	method: FunctionValue,
	decorator: Value,
	written: ast.Call,
): ClassFault | null {
	if (decorator.kind !== "instance" || decorator.of.kind !== "external" || method.node.type !== "FunctionDef") return null;
	const kind = /^pydantic\.functional_(?:validators|serializers)\.(\w+)$/.exec(decorator.of.canonical)?.[1];
	const known = kind === undefined ? undefined : decorators[kind];
	const mode = argumentsOf(decorator)?.keywords.get("mode");
	if (known === undefined || mode?.kind !== "constant" || typeof mode.value !== "string") return null;
	if (known.modes.includes(mode.value)) return null;
	const { module, node } = definition.value;
	const place = findKeyword(written, "mode")?.value;
	return {
		...raising(definition),
		subject: `${module.name}:${node.name.name}.${method.node.name.name}`,
		range: place ?? written,
		problem: `${kind} has no mode "${mode.value}", which ${method.node.name.name} asks for`,
		rootCause: `The modes of ${kind} are ${known.modes.join(", ")}. pydantic checks them when it makes ${node.name.name}.`,
		error: known.error(mode.value),
		fixes: place?.type === "Constant" ? respellings(definition, method, place, known.modes, mode.value) : [],
		manualSteps: [`Give ${method.node.name.name} one of the modes ${known.modes.join(", ")}.`],
	};
}

/** The mode that is meant comes first: by its first letters, by the name that pydantic 1 had for it, by what the method takes. */
function respellings(
	{ value: { module } }: ClassDefinition,
	{ node }: FunctionValue,
	{ content }: ast.Constant,
	modes: readonly string[],
	written: string,
): readonly FixProposal[] {
	if (content === null || node.type !== "FunctionDef") return [];
	const isOnClass = node.parameters.some(({ name }, index) => index === 0 && name.name === "cls");
	const alike = modes.find((mode) => mode.startsWith(written.slice(0, 2).toLowerCase()));
	const meant = alike ?? (/^pre/i.test(written) || isOnClassOnly(modes, isOnClass) ? "before" : modes[0]);
	return modes
		.toSorted((a, b) => Number(b === meant) - Number(a === meant))
		.filter((mode) => mode === meant || mode !== "wrap")
		.map((mode) => ({
			title: `Write mode="${mode}"`,
			explanation: explanations[mode] ?? "",
			applicability: "review" as const,
			edits: [replaceText(module, content.start, content.end, mode)],
		}));
}

/** Of the validators of whole models those of the class run before there is an instance. */
function isOnClassOnly(modes: readonly string[], isOnClass: boolean): boolean {
	return isOnClass && modes.includes("before") && !modes.includes("plain");
}

const explanations: Readonly<Record<string, string>> = {
	after: "It then runs on what pydantic has validated.",
	before: "It then runs on what was given, before pydantic validates it.",
	wrap: "It is then given a handler that validates, and decides when to call it.",
	plain: "It then runs in place of what pydantic would do.",
};
