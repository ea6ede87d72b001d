import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { callSignatureOf } from "../../project/fastapi/call-signature.ts";
import { fastApiFeatures } from "../../project/fastapi/features.ts";
import type { ParameterFault } from "../../project/fastapi/parameter-faults.ts";
import { type Refused, signatureFaultsOf } from "../../project/fastapi/signature-faults.ts";
import { isSpecialType } from "../../project/fastapi/special-types.ts";
import type { ClassValue } from "../../project/imports/values.ts";
import { lookUpName } from "../../project/models/name-scope.ts";
import { pydanticSchemaOf } from "../../project/models/pydantic-schema.ts";
import { readTypeForm } from "../../project/models/type-form.ts";
import type { Project } from "../../project/project.ts";
import { asPydanticModel } from "./signature/as-pydantic-model.ts";
import { ownClassOfFastApi } from "./signature/fastapi-class.ts";
import { dependencyGiving } from "./signature/known-dependencies.ts";
import { objectOf, obviousMaker } from "./signature/known-objects.ts";
import {
	canGetDefault,
	canImport,
	isFromFastApi,
	proposal,
	setAnnotation,
	setDefault,
	sourceOf,
} from "./signature/parameter-edits.ts";
import { wordsOf } from "./signature/parameter-words.ts";
import { typeSpelling } from "./signature/type-spelling.ts";

type Evidence = Refused<ParameterFault>;

const example = (parameter: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic\n",
	"store.py": `class Store:
    def count(self) -> int:
        return 0


def get_store() -> Store:
    return Store()
`,
	"main.py": `from fastapi import Depends, FastAPI

from store import Store, get_store

app = FastAPI()


@app.get("/items")
def items(store: Store = Depends(get_store)) -> int:
    return store.count()


@app.get("/count")
def count(${parameter}) -> int:
    return store.count()
`,
});

export default defineRule<Evidence>({
	name: "invalid-parameter-type",
	category: "ENTRYPOINT",
	summary: "A parameter of a route has a type that cannot be read from a request, and no dependency",
	story:
		"A session, a service or a class of the project's own stands in a route's signature without Depends. FastAPI takes it for something to read from the request, finds that pydantic has no schema for it, and the import of the module fails.",
	references: [
		"https://fastapi.tiangolo.com/tutorial/dependencies/",
		"https://docs.pydantic.dev/latest/api/config/#pydantic.config.ConfigDict.arbitrary_types_allowed",
	],
	example: { before: example("store: Store"), after: example("store: Store = Depends(get_store)") },

	*detect(project) {
		for (const refused of signatureFaultsOf(project).parameters) {
			const { parameter, signature, type } = refused.fault;
			if (type !== "no-schema") continue;
			const { node, module } = signature.function;
			const owner = node.type === "FunctionDef" ? node.name.name : "lambda";
			yield {
				subject: `${module.name}:${owner}:${parameter.name.name}`,
				path: module.path,
				range: { start: parameter.start, end: parameter.end },
				evidence: refused,
			};
		}
	},

	describe({ evidence: { fault, operation } }, project) {
		const { problem, cause, step } = wordsOf(fault);
		return {
			severity: "CRITICAL",
			stage: operation.call.stage,
			problem,
			rootCause: cause,
			...(fault.error === null ? {} : { expectedError: fault.error }),
			order: operation.call.order,
			manualSteps: mendsOf(fault, project).length === 0 ? [step] : [],
		};
	},

	fix({ evidence }, project) {
		return mendsOf(evidence.fault, project)[0];
	},

	alternatives({ evidence }, project) {
		return mendsOf(evidence.fault, project).slice(1);
	},
});

/** The ways to mend it, the likeliest first. */
function mendsOf(fault: ParameterFault, project: Project): readonly FixProposal[] {
	const { parameter, signature } = fault;
	if (parameter.annotation === null) return [];
	const name = parameter.name.name;
	const spelled = typeSpelling(parameter.annotation, signature.scope, signature.function.module.path, project);
	if (spelled !== null) {
		const mend = setAnnotation(signature, parameter, spelled.code);
		const words = `${spelled.why} FastAPI needs a type here.`;
		const found = proposal(
			mend && { ...mend, needs: spelled.needs },
			`Write ${spelled.code} for the type of ${name}`,
			words,
			"safe",
		);
		return found === undefined ? [] : [found];
	}
	const own = ownClassOfFastApi(fault);
	if (own !== undefined) return [own];
	return [...specialMends(fault, project), ...dependencyMends(fault, project)];
}

/** `request: Request | None` is not read: only the plain class is. */
function specialMends({ parameter, signature }: ParameterFault, project: Project): readonly FixProposal[] {
	const { annotation } = parameter;
	if (annotation === null) return [];
	const form = readTypeForm(annotation, signature.scope);
	if (form.kind !== "union") return [];
	const special = form.members.find((member) => isSpecialType(member, project.environment) === true);
	if (special?.kind !== "external" || form.members.length !== 2 || !form.members.some((member) => member.kind === "none"))
		return [];
	const code = special.value.name.slice(special.value.name.lastIndexOf(".") + 1);
	const written = sourceOf(signature, annotation);
	if (!new RegExp(`\\b${code}\\b`).test(written)) return [];
	const mend = setAnnotation(signature, parameter, code);
	const found = proposal(
		mend,
		`Write plain ${code} for the type of ${parameter.name.name}`,
		`FastAPI hands over a ${code} only where the annotation is the class itself.`,
		"safe",
	);
	return found === undefined ? [] : [found];
}

function dependencyMends(
	{ parameter, signature, fallback, annotated }: ParameterFault,
	project: Project,
): readonly FixProposal[] {
	const { annotation } = parameter;
	if (annotation === null || fallback !== null || annotated !== null) return [];
	const read = readTypeForm(annotation, signature.scope);
	const whole = read.kind === "annotated" ? read.type : read;
	const form = whole.kind === "union" ? (whole.members.find((member) => member.kind !== "none") ?? whole) : whole;
	const giver = dependencyGiving(project, form);
	if (giver !== null && giver.node.type === "FunctionDef") {
		const { module, node } = giver;
		const isVisible = visibleFunction(signature, node.name.name, giver);
		if (isVisible !== null) {
			const need = isVisible ? [] : [{ path: signature.function.module.path, module: module.name, name: node.name.name }];
			const code = `Depends(${node.name.name})`;
			const found = asDependency(
				signature,
				parameter,
				code,
				need,
				project,
				`${node.name.name} gives what ${parameter.name.name} is declared to be, and nothing else in the project does.`,
				"safe",
			);
			return found === undefined ? [] : [found];
		}
	}
	const maker = obviousMaker(form);
	if (maker !== null) {
		const need = { path: signature.function.module.path, module: maker.module, name: maker.name };
		const why = "No dependency of the project gives one, and FastAPI cannot read one from a request.";
		const made = asDependency(signature, parameter, `Depends(lambda: ${maker.code})`, [need], project, why, "review");
		return made === undefined ? [] : [made];
	}
	if (form.kind !== "class") return [];
	const model = asPydanticModel(form.value, project);
	if (model !== undefined) return [model];
	const shared = sharedObject(form.value, { parameter, signature }, project);
	if (shared !== undefined) return [shared];
	if (!isMadeByItself(form.value, project)) return [];
	const why = `FastAPI makes the object itself by calling ${form.value.node.name.name}.`;
	const found = asDependency(signature, parameter, "Depends()", [], project, why, "review");
	return found === undefined ? [] : [found];
}

/** `Depends(lambda: catalog)` where a module holds the only object of the class. */
function sharedObject(
	value: ClassValue,
	{ parameter, signature }: Pick<ParameterFault, "parameter" | "signature">,
	project: Project,
): FixProposal | undefined {
	const known = objectOf(value, project);
	if (known === null) return undefined;
	const { path } = signature.function.module;
	const isBound = lookUpName(signature.scope, known.name) !== "unbound";
	if (isBound && known.module.path !== path) return undefined;
	const need = isBound ? [] : [{ path, module: known.module.name, name: known.name }];
	const why = `${known.name} of ${known.module.name} is the only ${value.node.name.name} that the project makes.`;
	return asDependency(signature, parameter, `Depends(lambda: ${known.name})`, need, project, why, "review");
}

/** Can FastAPI call the class, all parameters of its `__init__` being dependencies or readable from a request? */
function isMadeByItself(value: Parameters<typeof callSignatureOf>[1], project: Project): boolean {
	const signature = callSignatureOf(project, value);
	if (signature === null) return value.kind === "class" && value.bases.length === 0 && !value.namespace.names.has("__init__");
	return signature.parameters.every((parameter) => {
		if (parameter.annotation === null) return false;
		if (parameter.default?.type === "Call") return true;
		const form = readTypeForm(parameter.annotation, signature.scope);
		return form.kind === "annotated" || pydanticSchemaOf(parameter.annotation, signature.scope, project).schema === "yes";
	});
}

/** True: the name stands for the function here; false: an import can bring it; null: something else has the name. */
function visibleFunction({ scope }: ParameterFault["signature"], name: string, wanted: object): boolean | null {
	const found = lookUpName(scope, name);
	if (found === "unbound") return false;
	return found.value === wanted ? true : null;
}

function asDependency(
	signature: ParameterFault["signature"],
	parameter: ParameterFault["parameter"],
	code: string,
	needs: readonly { readonly path: string; readonly module: string; readonly name: string }[],
	project: Project,
	why: string,
	applicability: FixProposal["applicability"],
): FixProposal | undefined {
	const { annotation } = parameter;
	const { path } = signature.function.module;
	if (annotation === null || !canImport(signature, "Depends")) return undefined;
	const all = isFromFastApi(signature, "Depends") ? [...needs] : [...needs, { path, module: "fastapi", name: "Depends" }];
	const title = `Let FastAPI get ${parameter.name.name} from ${code}`;
	if (parameter.default !== null || canGetDefault(signature, parameter)) {
		const mend = setDefault(signature, parameter, code);
		return proposal(mend && { ...mend, needs: all }, title, why, applicability);
	}
	const { environment } = project;
	if (fastApiFeatures(environment).annotated !== true || environment.python.minor < 9) return undefined;
	const mend = setAnnotation(signature, parameter, `Annotated[${sourceOf(signature, annotation)}, ${code}]`);
	return proposal(mend && { ...mend, needs: [...all, { path, module: "typing", name: "Annotated" }] }, title, why, applicability);
}
