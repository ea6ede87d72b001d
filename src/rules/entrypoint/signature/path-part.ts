import type { FixProposal } from "../../../audit/fix.ts";
import type { Operation } from "../../../project/fastapi/routes/routes.ts";
import type { ParameterFault } from "../../../project/fastapi/signature/parameter-faults.ts";
import { readTypeForm } from "../../../project/models/type-form.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { canImport, isFromFastApi, setDefault } from "./parameter-edits.ts";

/**
 * What to do with a parameter that no path can hold: a list goes into the query string, a model or a dict is read from the body
 * while its part of the path keeps its place under another name.
 */
export function takeOutOfPath(fault: ParameterFault, operation: Operation): readonly FixProposal[] {
	const { parameter, signature, annotated, fallback } = fault;
	const { pathNode, endpoint, call } = operation;
	if (pathNode?.type !== "Constant" || pathNode.content === null || endpoint !== signature.function) return [];
	if (annotated !== null || fallback !== null || parameter.annotation === null) return [];
	const { module } = call;
	const { start, end } = pathNode.content;
	const path = module.text.slice(start, end);
	const name = parameter.name.name;
	const part = path.match(new RegExp(`\\{${name}(?::\\w+)?\\}`))?.[0];
	if (part === undefined) return [];
	const found: FixProposal[] = [];
	const form = readTypeForm(parameter.annotation, signature.scope);
	const isList = form.kind === "external" && /^(list|set|tuple|frozenset)$/.test(form.name);
	const query = isList && canImport(signature, "Query") ? setDefault(signature, parameter, "Query(...)") : null;
	if (query !== null) {
		const rest = path.replace(`/${part}`, "").replace(part, "") || "/";
		found.push({
			title: `Read ${name} from the query string`,
			explanation: `The path becomes ${rest}, and clients repeat the value: ?${name}=1&${name}=2. A path holds one plain value.`,
			applicability: "review",
			edits: [replaceText(module, start, end, rest), ...query.edits],
			needs: isFromFastApi(signature, "Query") ? [] : [{ path: module.path, module: "fastapi", name: "Query" }],
		});
	}
	if (isList) return found;
	const spare = `${name}_id`;
	const partStart = start + path.indexOf(part);
	if (path.includes(`{${spare}}`)) return found;
	return [
		...found,
		{
			title: `Read ${name} from the body`,
			explanation: `The part of the path keeps its place as {${spare}}, so that clients ask for the same address, and ${name} comes from the body.`,
			applicability: "review",
			edits: [replaceText(module, partStart, partStart + part.length, `{${spare}}`)],
		},
	];
}
