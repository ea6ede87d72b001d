import type * as ast from "../../python/ast.ts";
import { isGenerator, walk } from "../../python/walk.ts";
import type { SettingReading } from "../imports/trace.ts";
import type { ClassValue } from "../imports/values.ts";
import { listValidators, type Validator } from "./run-validators.ts";

/** A validator that comes to its end without a `return`: what it validates becomes None. */
export interface ForgetfulValidator {
	readonly validator: Validator;
	readonly node: ast.FunctionDef;
	/** True where none of its paths returns anything; where false, only what was given tells which path is taken. */
	readonly isAlways: boolean;
}

/** The validators of a class and of its own bases whose last line does not return. */
export function forgetfulValidators(cls: ClassValue): readonly ForgetfulValidator[] {
	return listValidators(cls).flatMap((validator) => {
		const { node } = validator.function;
		if (node.type !== "FunctionDef" || isGenerator(node) || !comesToEnd(node.body)) return [];
		let returns = false;
		walk(node.body, (each) => {
			if (each.type === "Return" && each.value !== null) returns = true;
			return !returns && each.type !== "FunctionDef" && each.type !== "Lambda" && each.type !== "ClassDef";
		});
		return [{ validator, node, isAlways: !returns }];
	});
}

/** The first of a field's validators that forgets its value, among those that run before pydantic's own check or after it. */
export function forgetfulOf(cls: ClassValue, { field }: SettingReading, mode: Validator["mode"]): ForgetfulValidator | undefined {
	return forgetfulValidators(cls).find(
		({ validator }) => validator.mode === mode && (validator.fields.includes(field.name) || validator.fields.includes("*")),
	);
}

/** Do the objects of a model become None within other models, since a validator that runs last does not return them? */
export function losesItself(model: ClassValue): boolean {
	return forgetfulValidators(model).some(({ validator, isAlways }) => isAlways && isOfObject(validator));
}

/** `@model_validator(mode="after")` */
export function isOfObject({ fields, mode }: Validator): boolean {
	return fields.length === 0 && mode === "after";
}

/** May a block be left at its end? */
function comesToEnd(body: readonly ast.Statement[]): boolean {
	const last = body.at(-1);
	switch (last?.type) {
		case "Return":
		case "Raise":
			return false;
		case "If":
			return comesToEnd(last.body) || last.orelse.length === 0 || comesToEnd(last.orelse);
		case "With":
			return comesToEnd(last.body);
		case "Try":
		case "Match":
		case "While":
			// Not looked into: such a block seldom ends a validator that forgets its value.
			return false;
		default:
			return true;
	}
}
