import type { FixProposal } from "../../../audit/fix.ts";
import type { ParameterFault } from "../../../project/fastapi/signature/parameter-faults.ts";
import { valueOfName } from "../../../project/models/type-form.ts";
import type * as ast from "../../../python/ast.ts";
import { splitImport } from "../../repair/modules/replace-module.ts";
import { canImport, isFromFastApi, sourceOf } from "./parameter-edits.ts";

/** Classes of Starlette that people take for those that FastAPI fills in, by the name of FastAPI's own. */
const meant: ReadonlyMap<string, string> = new Map([
	["starlette.background.BackgroundTask", "BackgroundTasks"],
	["starlette.datastructures.UploadFile", "UploadFile"],
]);

/** `tasks: BackgroundTask` → `tasks: BackgroundTasks`, and FastAPI's UploadFile for Starlette's; undefined for any other type. */
export function ownClassOfFastApi({ parameter, signature }: ParameterFault): FixProposal | undefined {
	const { annotation } = parameter;
	const { module } = signature.function;
	if (annotation?.type !== "Name") return undefined;
	const value = valueOfName(annotation, signature.scope);
	const name = value?.kind === "external" ? meant.get(value.canonical) : undefined;
	if (name === undefined) return undefined;
	const explanation = `FastAPI fills in its own ${name}; what Starlette calls ${sourceOf(signature, annotation)} it takes for something to read from the request.`;
	const title = `Use FastAPI's ${name} for ${parameter.name.name}`;
	const need = { path: module.path, module: "fastapi", name };
	if (annotation.id !== name) {
		if (!canImport(signature, name)) return undefined;
		const { start, end } = annotation;
		const edits = [{ path: module.path, range: { start, end }, newText: name }];
		return { title, explanation, applicability: "review", edits, needs: isFromFastApi(signature, name) ? [] : [need] };
	}
	const statement = module.tree.body.find(
		(each): each is ast.ImportFrom =>
			each.type === "ImportFrom" && each.names.some((alias) => alias.name.name === name && alias.asName === null),
	);
	if (statement === undefined || statement.level > 0) return undefined;
	const homes = new Map(statement.names.map((each) => [each.name.name, each.name.name === name ? "fastapi" : statement.module]));
	// FastAPI's class is one of Starlette's, so the rest of the file goes on as it was.
	return { title, explanation, applicability: "safe", edits: splitImport(module, statement, homes) };
}
