import data from "../../data/namespace-packages.json" with { type: "json" };

const parts: Readonly<Record<string, readonly string[]>> = data.parts;
const shared: ReadonlySet<string> = new Set(Object.keys(parts).map((part) => part.slice(0, part.indexOf("."))));

/** Do many distributions put their modules into this top-level package? Its name alone then says nothing about who provides it. */
export function isSharedPackage(topLevelName: string): boolean {
	return shared.has(topLevelName);
}

/** The longest part of a dotted name that some distributions are known to provide inside a shared package: `google.protobuf`. */
export function sharedPartOf(dotted: string): { readonly part: string; readonly distributions: readonly string[] } | null {
	for (let part = dotted; part.includes("."); part = part.slice(0, part.lastIndexOf("."))) {
		const distributions = Object.hasOwn(parts, part) ? parts[part] : undefined;
		if (distributions !== undefined) return { part, distributions };
	}
	return null;
}
