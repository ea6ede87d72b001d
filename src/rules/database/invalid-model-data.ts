import type { FixProposal } from "../../audit/fix.ts";
import { isSimilarName } from "../../project/imports/nearest-module.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Value } from "../../project/imports/values.ts";
import { argumentsOf, type ClassAttribute, makerOf } from "../../project/models/class-body.ts";
import {
	fieldForm,
	forbidsExtra,
	type ModelData,
	missingFields,
	modelDataOf,
	type RefusedValue,
	refusedValues,
	strangeNames,
} from "../../project/models/model-data.ts";
import { isVersionOne } from "../../project/models/pydantic-schema.ts";
import type { TypeForm } from "../../project/models/type-form.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { addArgument, findKeyword, removeArguments } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import type { TextRange } from "../../text/range.ts";
import { defineClassRule } from "../repair/classes/class-fault.ts";
import { calledFactory } from "./declaration/called-factory.ts";

const example = (argument: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic>=2\n",
	"main.py": `from fastapi import FastAPI\nfrom pydantic import BaseModel\n\napp = FastAPI()\n\n\nclass Category(BaseModel):\n    name: str\n\n\ndefault = Category(${argument}="books")\n`,
});

export default defineClassRule(
	{
		name: "invalid-model-data",
		category: "DATABASE",
		summary: "An object of a model is made of data that the model refuses",
		story:
			"Start-up makes an object of a pydantic model, for its first rows or its settings, and leaves out a field that has no default, gives a name that the model forbids, or a value that the type of the field does not allow. In pydantic 2 Optional[str] alone is no default.",
		references: [
			"https://docs.pydantic.dev/latest/errors/validation_errors/",
			"https://docs.pydantic.dev/latest/migration/#required-optional-and-nullable-fields",
		],
		example: { before: example("title"), after: example("name") },
	},
	function* (project) {
		if (isVersionOne(project.environment)) return;
		const seen = new Set<unknown>();
		for (const call of project.trace.calls) {
			const factory = calledFactory(project, call);
			if (factory !== null && !seen.has(factory.range)) {
				seen.add(factory.range);
				yield factory;
			}
			if (!call.reached || seen.has(call.node)) continue;
			const data = modelDataOf(call);
			const faults = data === null ? null : faultsOf(project, call, data);
			if (data === null || faults === null) continue;
			seen.add(call.node);
			const className = data.model.node.name.name;
			const [{ words, range }] = faults.first;
			const count = faults.count;
			yield {
				subject: `${call.module.name}:${className}:${words}`,
				module: call.module,
				range: range ?? call.node,
				severity: call.guarded ? "HIGH" : "CRITICAL",
				stage: call.stage,
				order: call.order,
				problem: `${className} is made ${words}`,
				rootCause: "pydantic checks the data of a model whenever an object is made of it, and raises a ValidationError.",
				error: `pydantic_core._pydantic_core.ValidationError: ${count} validation error${count === 1 ? "" : "s"} for ${className}`,
				fixes: faults.fixes,
				manualSteps: [`Give ${className} what its fields ask for, or give the field a default.`],
			};
		}
	},
);

interface Faults {
	readonly first: readonly [{ readonly words: string; readonly range: TextRange | null }];
	readonly count: number;
	readonly fixes: readonly FixProposal[];
}

/** What pydantic would refuse, and one mend of all of it; null where it takes the data. */
function faultsOf(project: Project, call: Call, data: ModelData): Faults | null {
	const missing = missingFields(project, data);
	const strange = strangeNames(project, data);
	const forbidden = forbidsExtra(data.model) ? strange : [];
	const refused = refusedValues(project, data);
	const count = missing.length + forbidden.length + refused.length;
	const [field] = missing;
	const [name] = forbidden;
	const [value] = refused;
	const first =
		field !== undefined
			? { words: `without ${field.name}, which has no default`, range: null }
			: name !== undefined
				? { words: `with ${name}, which it does not have and forbids`, range: null }
				: value !== undefined
					? { words: `with a ${value.field.name} that its type does not allow`, range: placeOf(call, value.field.name) }
					: null;
	if (first === null) return null;
	const carrier = carrierOf(call);
	return {
		first: [first],
		count,
		fixes:
			carrier === null
				? defaults(missing, count, project)
				: mends(project, call.module, carrier, data, { missing, strange, forbidden, refused }),
	};
}

/** The call or the dictionary display that names the data. */
type Carrier = ast.Call | ast.Dict;

function carrierOf({ node }: Call): Carrier | null {
	const [only] = node.args;
	if (only !== undefined) return only.type === "Dict" ? only : null;
	return node.keywords.some(({ name }) => name === null) ? null : node;
}

function placeOf(call: Call, name: string): TextRange | null {
	const carrier = carrierOf(call);
	return carrier === null ? null : (entryOf(carrier, name)?.value ?? null);
}

/** Where a name of the data stands, and its value. */
function entryOf(carrier: Carrier, name: string): { readonly name: TextRange; readonly value: ast.Expression } | null {
	if (carrier.type === "Call") {
		const keyword = findKeyword(carrier, name);
		return keyword?.name == null ? null : { name: keyword.name, value: keyword.value };
	}
	const entry = carrier.entries.find(({ key }) => key?.type === "Constant" && key.value === name);
	return entry?.key == null ? null : { name: entry.key, value: entry.value };
}

interface Refusal {
	readonly missing: readonly ClassAttribute[];
	readonly strange: readonly string[];
	readonly forbidden: readonly string[];
	readonly refused: readonly RefusedValue[];
}

function mends(project: Project, module: Module, carrier: Carrier, data: ModelData, refusal: Refusal): readonly FixProposal[] {
	const { missing, strange, forbidden, refused } = refusal;
	const shown = (name: string) => (carrier.type === "Call" ? name : JSON.stringify(name));
	if (
		missing.length + forbidden.length + refused.length > 1 &&
		!(missing.length === 1 && forbidden.length === 1 && refused.length === 0)
	)
		return defaults(missing, missing.length + forbidden.length + refused.length, project);
	const [field] = missing;
	const meant =
		field === undefined
			? undefined
			: (strange.find((name) => isSimilarName(name, field.name)) ?? (strange.length === 1 ? strange[0] : undefined));
	const place = meant === undefined ? null : entryOf(carrier, meant);
	if (field !== undefined && meant !== undefined && place !== null)
		return [
			{
				title: `Write ${field.name} in the place of ${meant}`,
				explanation: `${meant} is no field of ${data.model.node.name.name}, and ${field.name} is the one that is missing.`,
				applicability: "review",
				edits: [replaceText(module, place.name.start, place.name.end, shown(field.name))],
			},
		];
	if (field !== undefined) return [...defaults(missing, 1, project), ...givenPlain(project, module, carrier, field)];
	const [name] = forbidden;
	if (name !== undefined) return withoutName(module, carrier, data, name);
	const [value] = refused;
	const written = value === undefined ? null : entryOf(carrier, value.field.name);
	return value === undefined || written === null ? [] : allowedInstead(module, value, written.value);
}

/** `nickname: Optional[str]` was no required field in pydantic 1: None becomes its default. */
function defaults(missing: readonly ClassAttribute[], count: number, project: Project): readonly FixProposal[] {
	const isOpen = (field: ClassAttribute) => field.valueNode === null && isOptional(fieldForm(project, field));
	if (missing.length === 0 || missing.length !== count || !missing.every(isOpen)) return [];
	const names = missing.map(({ name }) => name).join(" and ");
	return [
		{
			title: `Give ${names} the default None`,
			explanation: "In pydantic 2 a field that may be None is required all the same, as long as it has no default.",
			applicability: "safe",
			edits: missing.map(({ owner, node }) => replaceText(owner.module, node.end, node.end, " = None")),
		},
	];
}

function isOptional(form: TypeForm): boolean {
	return form.kind === "union" && form.members.some(({ kind }) => kind === "none");
}

const plainValues: Readonly<Record<string, string>> = {
	str: '""',
	int: "0",
	float: "0",
	bool: "False",
	list: "[]",
	dict: "{}",
	set: "set()",
	"decimal.Decimal": "0",
};

/** The field with a value of its type that says nothing: the person who looks writes the right one. */
function givenPlain(project: Project, module: Module, carrier: Carrier, field: ClassAttribute): readonly FixProposal[] {
	const form = fieldForm(project, field);
	const base = form.kind === "annotated" ? form.type : form;
	const isTime = base.kind === "external" && base.name === "datetime.datetime";
	const value = isTime ? "datetime.now()" : base.kind === "external" ? plainValue(field, base.name) : undefined;
	if (value === undefined || (carrier.type === "Dict" && carrier.entries.length === 0)) return [];
	const last = carrier.type === "Dict" ? carrier.entries.at(-1)?.value : undefined;
	return [
		{
			title: `Give ${field.name} a value`,
			explanation: `${value} is what the type allows; write what is meant.`,
			applicability: "review",
			edits: [
				carrier.type === "Call"
					? addArgument(module, carrier, `${field.name}=${value}`)
					: replaceText(
							module,
							last?.end ?? carrier.start,
							last?.end ?? carrier.start,
							`, ${JSON.stringify(field.name)}: ${value}`,
						),
			],
			needs: isTime ? [{ path: module.path, module: "datetime", name: "datetime" }] : [],
		},
	];
}

/** A text of the least length that the field takes, else the plain value of the type; undefined where the field asks for more. */
function plainValue({ value }: ClassAttribute, type: string): string | undefined {
	const keywords = makerOf(value) === "Field" ? argumentsOf(value)?.keywords : new Map<string, Value>();
	if (keywords === undefined || ["pattern", "ge", "gt", "le", "lt", "multiple_of"].some((key) => keywords.has(key)))
		return undefined;
	const least = keywords.get("min_length");
	if (least === undefined || type !== "str") return plainValues[type];
	const isShort = least.kind === "constant" && typeof least.value === "number" && least.value <= 100;
	return isShort ? JSON.stringify("x".repeat(Number(least.value))) : undefined;
}

function withoutName(module: Module, carrier: Carrier, data: ModelData, name: string): readonly FixProposal[] {
	const keyword = carrier.type === "Call" ? findKeyword(carrier, name) : null;
	if (carrier.type !== "Call" || keyword === null) return [];
	return [
		{
			title: `Take ${name} out`,
			explanation: `${data.model.node.name.name} has no field of that name, and takes no others.`,
			applicability: "review",
			edits: removeArguments(module, carrier, [keyword]),
		},
	];
}

/** The allowed value that is nearest, else the first one; a number for a text is put into quotes. */
function allowedInstead(module: Module, { kind, allowed, value }: RefusedValue, written: ast.Expression): readonly FixProposal[] {
	const given = value.kind === "constant" ? String(value.value) : "";
	const code = module.text.slice(written.start, written.end);
	const near =
		allowed.find((each) => String(each).toLowerCase() === given.toLowerCase()) ??
		allowed.find((each) => isSimilarName(String(each), given)) ??
		allowed[0];
	const text = kind === "string_type" ? `"${code}"` : near === undefined ? null : JSON.stringify(near);
	if (text === null || written.type !== "Constant") return [];
	return [
		{
			title: `Write ${text}`,
			explanation:
				kind === "string_type"
					? "The field is a text."
					: `The field takes ${allowed.map((each) => JSON.stringify(each)).join(", ")}.`,
			applicability: "review",
			edits: [replaceText(module, written.start, written.end, text)],
		},
	];
}
