import { isPydanticModel } from "../../models/pydantic-schema.ts";
import type { TypeForm } from "../../models/type-form.ts";
import type { FastApiFeatures } from "../features.ts";

/** `sequence_types` of fastapi/_compat/shared.py. */
const sequences = new Set(["list", "set", "tuple", "frozenset", "collections.deque", "typing.Sequence"]);
const mappings = new Set([
	"dict",
	"typing.Mapping",
	"typing.MutableMapping",
	"collections.OrderedDict",
	"collections.defaultdict",
	"collections.Counter",
]);
const scalars = new Set(
	"str int float bool bytes complex datetime.date datetime.datetime datetime.time datetime.timedelta decimal.Decimal uuid.UUID typing.Any".split(
		" ",
	),
);

/** Is the type one that FastAPI reads from a body only (models, mappings, sequences)? Null where that cannot be told. */
export function isComplexType(form: TypeForm): boolean | null {
	switch (form.kind) {
		case "class":
			return isPydanticModel(form.value);
		case "external":
			if (sequences.has(form.name) || mappings.has(form.name)) return true;
			if (/^(fastapi|starlette)\.datastructures\.UploadFile$/.test(form.value.canonical)) return true;
			return scalars.has(form.name) ? false : null;
		case "union":
			return some(form.members.map(isComplexType));
		case "annotated":
			return isComplexType(form.type);
		case "none":
		case "literal":
			return false;
		default:
			return null;
	}
}

/** Can a parameter of this type be marked with Query? Null where that cannot be told. */
export function isQueryType(form: TypeForm, features: FastApiFeatures): boolean | null {
	const complex = isComplexType(form);
	if (complex !== true) return complex === null ? null : true;
	const model = form.kind === "union" ? withoutNone(form.members) : form;
	if (model.kind === "class") return features.queryModels;
	return isScalarSequence(form);
}

function isScalarSequence(form: TypeForm): boolean | null {
	if (form.kind === "annotated") return isScalarSequence(form.type);
	if (form.kind === "union") return unionOfSequences(form.members);
	if (form.kind !== "external" || !sequences.has(form.name))
		return form.kind === "external" && mappings.has(form.name) ? false : null;
	if (form.args === null) return null;
	const complex = some(form.args.map(isComplexType));
	return complex === null ? null : !complex;
}

/** At least one scalar sequence, and beside those only scalars. */
function unionOfSequences(members: readonly TypeForm[]): boolean | null {
	let found = false;
	for (const member of members) {
		const complex = isComplexType(member);
		if (complex === null) return null;
		if (!complex) continue;
		const sequence = isScalarSequence(member);
		if (sequence !== true) return sequence;
		found = true;
	}
	return found;
}

function withoutNone(members: readonly TypeForm[]): TypeForm {
	const others = members.filter((member) => member.kind !== "none");
	const [only] = others;
	return others.length === 1 && only !== undefined ? only : { kind: "union", members };
}

function some(answers: readonly (boolean | null)[]): boolean | null {
	if (answers.includes(true)) return true;
	return answers.includes(null) ? null : false;
}
