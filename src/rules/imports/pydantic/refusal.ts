import type { Environment } from "../../../environment/environment.ts";
import { versionSatisfies } from "../../../environment/pep440.ts";
import type { Module } from "../../../project/project.ts";
import type { TextRange } from "../../../text/range.ts";

/** What of pydantic 1 is written there. */
export type RefusedUse =
	| { readonly type: "keyword"; readonly keyword: RemovedKeyword }
	| { readonly type: "root-validator" }
	| { readonly type: "root-validator-method" }
	| { readonly type: "root-field"; readonly className: string }
	| { readonly type: "two-configs"; readonly className: string }
	/** `fields`: those of the model, as far as they are known. */
	| { readonly type: "bare-validator"; readonly decorator: ValidatorName; readonly fields: readonly string[] }
	| { readonly type: "validator-of-list"; readonly decorator: ValidatorName }
	| { readonly type: "validator-method"; readonly decorator: ValidatorName }
	| { readonly type: "validator-parameter"; readonly parameter: string }
	| { readonly type: "validator-signature"; readonly mode: string }
	| {
			readonly type: "unknown-field";
			readonly field: string;
			readonly fields: readonly string[];
			readonly decorator: ValidatorName;
			/** Dotted. */
			readonly className: string;
			readonly method: string;
	  };

export type RemovedKeyword = "regex" | "const" | "unique_items";

/** The decorators that stand for one field. */
export type ValidatorName = "validator" | "field_validator" | "field_serializer";

/** One place that pydantic 2 refuses while start-up defines a class. */
export interface Refusal {
	readonly use: RefusedUse;
	readonly subject: string;
	readonly module: Module;
	readonly range: TextRange;
	readonly stage: "import" | "startup";
	readonly order: number;
}

const removedKeywords: Readonly<Record<RemovedKeyword, string>> = {
	regex: "`regex` is removed. use `pattern` instead",
	const: "`const` is removed, use `Literal` instead",
	unique_items:
		"`unique_items` is removed, use `Set` instead(this feature is discussed in https://github.com/pydantic/pydantic-core/issues/296)",
};

/** What pydantic 2 prints, with an ellipsis for what changes from run to run; null where the release decides and is not known. */
export function errorOf(use: RefusedUse, environment: Environment): string | null {
	const words = userErrorOf(use, environment);
	if (use.type === "root-validator-method") return "TypeError: `@root_validator` cannot be applied to instance methods";
	return words === null ? null : `pydantic.errors.PydanticUserError: ${words}`;
}

function userErrorOf(use: RefusedUse, environment: Environment): string | null {
	switch (use.type) {
		case "keyword":
			return removedKeywords[use.keyword];
		case "root-validator":
			return "If you use `@root_validator` with pre=False (the default) you MUST specify `skip_on_failure=True`. Note that `@root_validator` is deprecated and should be replaced with `@model_validator`.";
		case "root-field":
			return "To define root models, use `pydantic.RootModel` rather than a field called '__root__'";
		case "two-configs":
			return '"Config" and "model_config" cannot be used together';
		case "bare-validator": {
			const usage =
				"should be used with fields and keyword arguments, not bare. E.g. usage should be `@validator('<field_name>', ...)`";
			const today = `The \`@${use.decorator}\` decorator cannot be used without arguments, at least one field must be provided. For example: \`@${use.decorator}('<field_name>', ...)\`.`;
			return inWordsOfRelease(use.decorator, `\`@${use.decorator}\` ${usage}`, today, environment);
		}
		case "validator-of-list": {
			const usage =
				"fields should be passed as separate string args. E.g. usage should be `@validator('<field_name_1>', '<field_name_2>', ...)`";
			const today = `The provided field names to the \`@${use.decorator}\` decorator should be strings. For example: \`@${use.decorator}('<field_name_1>', '<field_name_2>', ...).\``;
			return inWordsOfRelease(use.decorator, `\`@${use.decorator}\` ${usage}`, today, environment);
		}
		case "validator-signature":
			return `Unrecognized … function signature for … with \`mode=${use.mode}\`:…`;
		case "validator-method":
			return `\`@${use.decorator}\` cannot be applied to instance methods`;
		case "unknown-field":
			return `Decorators defined with incorrect fields: ${use.className}:….${use.method} (use check_fields=False if you're inheriting from the model and intended this)`;
		case "validator-parameter":
			return use.parameter === "field" || use.parameter === "config"
				? "The `field` and `config` parameters are not available in Pydantic V2, please use the `info` parameter instead."
				: null;
		default:
			return null;
	}
}

/** The old decorator has kept its words; those of the new one are others from pydantic 2.13 on. */
function inWordsOfRelease(decorator: ValidatorName, old: string, today: string, { distributions }: Environment): string | null {
	if (decorator === "validator") return old;
	const version = distributions.get("pydantic")?.version;
	if (decorator !== "field_validator" || version === undefined) return null;
	return versionSatisfies(version, "<2.13") ? old : today;
}

/** What is wrong, for people. */
export function problemOf(use: RefusedUse): string {
	switch (use.type) {
		case "keyword":
			return `Field no longer takes ${use.keyword}`;
		case "root-validator":
			return "root_validator lacks skip_on_failure";
		case "root-validator-method":
			return "root_validator stands over a method with self";
		case "root-field":
			return `${use.className} has a field __root__`;
		case "two-configs":
			return `${use.className} has both class Config and model_config`;
		case "bare-validator":
			return `${use.decorator} names no field`;
		case "validator-of-list":
			return `${use.decorator} is given its fields as a list`;
		case "validator-method":
			return `${use.decorator} stands over a method with self`;
		case "validator-parameter":
			return `A validator asks for ${use.parameter}`;
		case "validator-signature":
			return `A validator with mode ${use.mode} takes the wrong number of arguments`;
		case "unknown-field":
			return `A validator is for ${use.field}, which the model does not have`;
	}
}

/** What to do where no change is certain. */
export function manualStepOf(use: RefusedUse): string {
	switch (use.type) {
		case "keyword":
			return use.keyword === "const"
				? "Annotate the field with Literal and the value it may have, and take const out."
				: `Take ${use.keyword} out, and say the same in the way of pydantic 2.`;
		case "bare-validator":
			return "Name the fields that it checks.";
		case "two-configs":
			return "Move what class Config says into model_config, and take class Config out.";
		case "validator-parameter":
			return "Use @field_validator with a parameter info: info.data has the other values, info.field_name the field's name.";
		case "validator-signature":
			return "Give it the class, the value (for mode wrap the handler too) and, if need be, info.";
		case "root-field":
			return "Derive the class from RootModel[...], and call the field root.";
		default:
			return "Write it in the way of pydantic 2.";
	}
}
