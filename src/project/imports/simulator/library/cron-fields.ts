import type { Value } from "../../values.ts";

/** The least and greatest value of each field, in the order in which APScheduler reads them (apscheduler/triggers/cron/fields.py). */
const limits: ReadonlyMap<string, readonly [number, number]> = new Map([
	["year", [1970, 9999]],
	["month", [1, 12]],
	["day", [1, 31]],
	["week", [1, 53]],
	["day_of_week", [0, 6]],
	["hour", [0, 23]],
	["minute", [0, 59]],
	["second", [0, 59]],
]);

const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const crontab = ["minute", "hour", "day", "month", "day_of_week"];

/** What APScheduler says of times that there are not, such as `hour=24`; null for what it takes, and for what is not known. */
export function refusedCron(fields: ReadonlyMap<string, Value>, text: Value | undefined): string | null {
	const line = text === undefined ? null : writtenValue(text);
	const parts = line?.trim().split(/\s+/) ?? [];
	if (line !== null && parts.length !== crontab.length)
		return `Wrong number of fields; got ${parts.length}, expected ${crontab.length}`;
	for (const [field, range] of limits) {
		const given = fields.get(field);
		const written = given === undefined ? parts[crontab.indexOf(field)] : writtenValue(given);
		for (const expression of written?.split(",").map((each) => each.trim()) ?? []) {
			const message = refusedExpression(field, range, expression);
			if (message !== null) return message;
		}
	}
	return null;
}

function writtenValue(value: Value): string | null {
	if (value.kind !== "constant" || value.isConverted !== undefined) return null;
	if (typeof value.value === "string") return value.value;
	return Number.isInteger(value.value) ? String(value.value) : null;
}

function refusedExpression(field: string, [least, greatest]: readonly [number, number], expression: string): string | null {
	const wrong = (words: string): string => `Error validating expression '${expression}': ${words}`;
	const every = /^\*(?:\/(\d+))?$/.exec(expression);
	if (every !== null) {
		const step = every[1] === undefined ? null : Number(every[1]);
		if (step === 0) return "Increment must be higher than 0";
		const total = greatest - least;
		return step !== null && step > total
			? wrong(`the step value (${step}) is higher than the total range of the expression (${total})`)
			: null;
	}
	const range = /^(\d+)(?:-(\d+))?(\/\d+)?$/.exec(expression);
	if (range !== null) {
		const first = Number(range[1]);
		const last = range[2] !== undefined ? Number(range[2]) : range[3] === undefined ? first : null;
		if (last !== null && first > last) return "The minimum value in a range must not be higher than the maximum";
		if (first < least) return wrong(`the first value (${first}) is lower than the minimum value (${least})`);
		return last !== null && last > greatest
			? wrong(`the last value (${last}) is higher than the maximum value (${greatest})`)
			: null;
	}
	if (field === "month") return refusedName("month", months, expression);
	if (field === "day_of_week") return refusedName("weekday", weekdays, expression);
	return field === "day" ? null : `Unrecognized expression "${expression}" for field "${field}"`;
}

function refusedName(kind: string, names: readonly string[], expression: string): string | null {
	if (!/^[a-z]+(-[a-z]+)?$/i.test(expression)) return null;
	const refused = expression.split("-").find((each) => !names.includes(each.toLowerCase()));
	return refused === undefined ? null : `Invalid ${kind} name "${refused}"`;
}
