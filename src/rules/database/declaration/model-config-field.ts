import type { ClassDefinition } from "../../../project/imports/trace.ts";
import type { ClassAttribute } from "../../../project/models/class-body.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { dottedName } from "../../../python/walk.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** `model_config: str` as a field: pydantic 2 keeps the name for the configuration of the class (`collect_model_fields` and `ConfigWrapper.for_model`). */
export function modelConfigField(
	definition: ClassDefinition,
	{ owner, node, annotation, value, valueNode }: ClassAttribute,
): ClassFault | null {
	if (annotation === null || node.type !== "AnnAssign" || node.target.type !== "Name") return null;
	const type = dottedName(annotation.type === "Subscript" ? annotation.value : annotation)
		?.split(".")
		.at(-1);
	if (type === undefined || /ConfigDict$|^ClassVar$|^[Dd]ict$/.test(type)) return null;
	const isText = value?.kind === "constant" && typeof value.value === "string" && value.value !== "";
	if (value !== null && !isText) return null;
	const { module } = owner;
	const written = valueNode === null ? "" : `default=${module.text.slice(valueNode.start, valueNode.end)}, `;
	return {
		...raising(definition),
		module,
		subject: `${module.name}:${owner.node.name.name}.model_config`,
		range: node,
		problem: `${owner.node.name.name} has a field called model_config, which is pydantic's own name`,
		rootCause: "In pydantic 2 model_config holds the configuration of a class; no field can have that name.",
		error: isText
			? "ValueError: dictionary update sequence element #0 has length 1; 2 is required"
			: "pydantic.errors.PydanticUserError: `model_config` cannot be used as a model field name. Use `model_config` for model configuration.",
		fixes: [
			{
				title: "Call the field config, and keep its name in JSON",
				explanation:
					"The alias keeps what clients send and get. Code that reads model_config from such an object has to read config instead.",
				applicability: "review",
				edits: [
					replaceText(module, node.target.start, node.target.end, "config"),
					replaceText(module, annotation.end, valueNode?.end ?? annotation.end, ` = Field(${written}alias="model_config")`),
				],
				needs: [{ path: module.path, module: "pydantic", name: "Field" }],
			},
		],
	};
}
