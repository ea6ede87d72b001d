/** Methods of the class `datetime` that are called like classes of its module: who imports the class takes one for the other. */
const methodsOfDatetime: ReadonlySet<string> = new Set(["date", "time"]);

/** The method that `datetime.datetime.date` names, and null for every other dotted name. */
export function methodOfDatetime(dotted: string): string | null {
	const name = /^(?:_pydatetime|datetime)\.datetime\.(\w+)$/.exec(dotted)?.[1];
	return name !== undefined && methodsOfDatetime.has(name) ? name : null;
}
