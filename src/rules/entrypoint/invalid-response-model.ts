import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import type { ResponseFault } from "../../project/fastapi/signature/response-faults.ts";
import type { Refused } from "../../project/fastapi/signature/signature-faults.ts";
import { lookUpName, scopeOfFunction, scopeOfModule } from "../../project/models/name-scope.ts";
import { pydanticSchemaOf } from "../../project/models/pydantic-schema.ts";
import { readTypeForm } from "../../project/models/type-form.ts";
import type { Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { walk } from "../../python/walk.ts";
import { typedDictRemedy } from "../repair/classes/typed-dict-remedy.ts";
import { findSimilarName } from "../repair/names/similar-name.ts";
import { asPydanticModel } from "./signature/as-pydantic-model.ts";
import { bringName } from "./signature/home-of-name.ts";
import { refusedResponses, routeName } from "./signature/refused-responses.ts";
import { withoutEntry, withoutModel } from "./signature/response-edits.ts";
import { schemaOfTable } from "./signature/schema-of-table.ts";
import { typeSpelling } from "./signature/type-spelling.ts";

type Evidence = Refused<ResponseFault>;

const example = (decorator: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import FastAPI

app = FastAPI()


class Weather:
    def __init__(self, city: str) -> None:
        self.city = city


@app.get(${decorator})
def forecast(city: str) -> Weather:
    return Weather(city)
`,
});

export default defineRule<Evidence>({
	name: "invalid-response-model",
	category: "ENTRYPOINT",
	summary: "The response model of a route is a type that pydantic has no schema for",
	story:
		"The return annotation or the response_model of a route names a class of the database, a response beside a model, or something that is no type. FastAPI builds a response model from it when the route is registered, pydantic refuses, and the import of the module fails.",
	references: ["https://fastapi.tiangolo.com/tutorial/response-model/#invalid-return-type-annotations"],
	example: { before: example('"/forecast"'), after: example('"/forecast", response_model=None') },

	detect(project) {
		return refusedResponses(project, ({ type, node }) => (type === "no-schema" && !isFalsy(node)) || type === "unresolved");
	},

	describe({ evidence: { fault, operation } }, project) {
		const where = {
			returns: "The return annotation",
			response_model: "response_model",
			responses: "A model in responses",
		}[fault.source ?? "returns"];
		const expected = fault.error === null ? {} : { expectedError: fault.error };
		const steps = mendsOf(fault, project).length === 0 ? ["Name a pydantic model that describes what the route answers."] : [];
		if (fault.type === "unresolved") {
			const isLate = fault.error === null;
			return {
				severity: isLate ? "HIGH" : "CRITICAL",
				stage: isLate ? "request" : operation.call.stage,
				problem: `${where} of ${routeName(operation)} is ${fault.named}, which is only a name when the server runs`,
				rootCause: isLate
					? "FastAPI cannot tell which class the name stands for. The route is registered, and /openapi.json, /docs and requests to it are answered with 500."
					: "FastAPI cannot tell which class the name stands for, and pydantic needs the class when the route is registered.",
				...expected,
				order: operation.call.order,
				manualSteps: steps,
			};
		}
		return {
			severity: "CRITICAL",
			stage: operation.call.stage,
			problem: `${where} of ${routeName(operation)} is no type that pydantic knows: ${fault.named}`,
			rootCause:
				fault.source === "returns"
					? "Without response_model FastAPI makes the response model of the return annotation, and there is no schema for this one."
					: "FastAPI makes the response model of it, and there is no schema for it.",
			...expected,
			order: operation.call.order,
			manualSteps: steps,
		};
	},

	fix({ evidence }, project) {
		return mendsOf(evidence.fault, project)[0];
	},

	alternatives({ evidence }, project) {
		return mendsOf(evidence.fault, project).slice(1);
	},
});

/** FastAPI asks `if model:`, so `{}` and `""` are no model at all. */
function isFalsy(node: ast.Expression): boolean {
	if (node.type === "Dict") return node.entries.length === 0;
	if (node.type === "Sequence") return node.items.length === 0;
	return node.type === "Constant" && (node.value === "" || node.value === 0 || node.value === false);
}

function mendsOf(fault: ResponseFault, project: Project): readonly FixProposal[] {
	const { operation, node, source } = fault;
	const { module } = operation.call;
	const { endpoint } = operation;
	const scope = endpoint.kind === "function" && endpoint.module === module ? scopeOfFunction(project, endpoint) : null;
	if (fault.type === "unresolved")
		return [resolveName(fault, project), respell(fault, project), keepAsIs(fault)].filter((each) => each !== undefined);
	const answer = scope === null ? null : pydanticSchemaOf(node, scope, project);
	const typedDict = answer?.schema === "no" && answer.error !== undefined ? typedDictRemedy(answer.culprit) : undefined;
	if (typedDict !== undefined) return [typedDict];
	const spelled = scope === null ? null : typeSpelling(node, scope, module.path, project);
	if (spelled !== null) {
		return [
			{
				title: `Write ${spelled.code}`,
				explanation: `${spelled.why} FastAPI needs a type here.`,
				applicability: "safe",
				edits: [{ path: module.path, range: { start: node.start, end: node.end }, newText: spelled.code }],
				needs: spelled.needs,
			},
		];
	}
	if (source === "responses") return additionalMends(fault, project);
	if (source === "response_model" && node.type === "Call") {
		const code = module.text.slice(node.callee.start, node.callee.end);
		return [
			{
				title: `Write ${code} without calling it`,
				explanation: "FastAPI takes the class; it makes no use of an object of it.",
				applicability: "safe",
				edits: [{ path: module.path, range: { start: node.callee.end, end: node.end }, newText: "" }],
			},
		];
	}
	const schema = scope === null ? undefined : schemaOfTable(node, scope, "answer", project);
	const culprit = answer?.schema === "no" && answer.culprit.kind === "class" ? answer.culprit.value : null;
	const model = culprit === null ? undefined : asPydanticModel(culprit, project);
	const plain = keepAsIs(fault);
	// An annotation may stay for its readers; a response_model is there to be one.
	const ways = source === "returns" ? [plain, schema] : [schema, plain];
	return [model, ...ways].filter((each) => each !== undefined);
}

/** `response_model=None`. */
function keepAsIs(fault: ResponseFault): FixProposal | undefined {
	const edit = withoutModel(fault);
	if (edit === null) return undefined;
	const { source } = fault;
	return {
		title: "Make no response model of it",
		explanation:
			source === "returns"
				? "With response_model=None the annotation stays for readers and type checkers, and FastAPI turns what the function returns into JSON as it is."
				: "With response_model=None FastAPI turns what the function returns into JSON as it is; nothing is left out of it.",
		applicability: source === "returns" ? "safe" : "review",
		edits: [edit],
	};
}

/** `response_model="Item"` → `response_model=Item`, imported where it has to be; a name that only type checkers know gets a real import. */
function resolveName({ node, named, source, call }: ResponseFault, project: Project): FixProposal | undefined {
	const { module } = call;
	if (!/^[A-Za-z_]\w*$/.test(named)) return undefined;
	const scope = scopeOfModule(project, module);
	const found = scope === null ? "unbound" : lookUpName({ ...scope, before: node.start }, named);
	const isThere = found !== "unbound" && (found.value.kind === "class" || found.value.kind === "external");
	const brought = isThere ? { edits: [] } : bringName(named, module, node.start, project);
	const written = quotedPart(node, named);
	if (brought === null || (source === "response_model" && written === null)) return undefined;
	const isInBrackets = source === "returns" && node.type === "Subscript";
	const unquoted =
		(source === "response_model" || isInBrackets) && written !== null
			? [replaceText(module, written.start, written.end, named)]
			: [];
	return {
		title: unquoted.length > 0 ? `Name the class ${named} itself` : `Let ${named} be there first`,
		explanation: "FastAPI looks no names up for a response model: it needs the class.",
		applicability: "review",
		edits: [...brought.edits, ...unquoted],
		needs: brought.needs ?? [],
	};
}

/** `response_model=list["Itme"]` → `list[Item]`, where the module has one class of nearly that name. */
function respell({ node, named, call }: ResponseFault, project: Project): FixProposal | undefined {
	const { module } = call;
	const scope = scopeOfModule(project, module);
	const written = quotedPart(node, named);
	if (scope === null || written === null || lookUpName(scope, named) !== "unbound") return undefined;
	const before = { ...scope, before: node.start };
	const classes = scope.namespaces.flatMap(({ names }) => [...names].filter(([, { value }]) => value.kind === "class"));
	const similar = findSimilarName(
		named,
		classes.map(([name]) => name),
	);
	if (similar === null || !similar.isOnly || lookUpName(before, similar.name) === "unbound") return undefined;
	return {
		title: `Write ${similar.name} instead of "${named}"`,
		explanation: `${module.name} has ${similar.name}, and nothing is called ${named}; FastAPI needs the class itself.`,
		applicability: "safe",
		edits: [replaceText(module, written.start, written.end, similar.name)],
	};
}

/** The text in quotes that names the class. */
function quotedPart(node: ast.Expression, named: string): ast.Constant | null {
	let found: ast.Constant | null = null;
	walk(node, (each) => {
		if (each.type === "Constant" && each.value === named) found ??= each;
	});
	return found;
}

/** A class of plain fields was meant as a model; any other class is left out of the documentation. */
function additionalMends({ node, operation }: ResponseFault, project: Project): readonly FixProposal[] {
	const { module } = operation.call;
	const scope = scopeOfModule(project, module);
	const form = scope === null ? null : readTypeForm(node, scope);
	const model = form?.kind === "class" ? asPydanticModel(form.value, project) : undefined;
	const edit = withoutEntry(module, node);
	const shown = module.text.slice(node.start, node.end);
	const removal: FixProposal | undefined = edit && {
		title: `Take ${shown} out of responses`,
		explanation: "The documentation then names the status without a model; what the route answers stays as it is.",
		applicability: "review",
		edits: [edit],
	};
	return [model, removal].filter((each) => each !== undefined);
}
