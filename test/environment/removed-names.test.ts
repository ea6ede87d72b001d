import { describe, expect, it } from "vitest";
import { changedCallable } from "../../src/environment/changed-calls.ts";
import { RemovedNames, removalBefore, removalOf } from "../../src/environment/removed-names.ts";

const installed = (versions: Readonly<Record<string, string>>): ReadonlyMap<string, { readonly version: string }> =>
	new Map(Object.entries(versions).map(([name, version]) => [name, { version }]));

describe("what releases took away", () => {
	it("is gone from the releases that were seen without it, and from no others", () => {
		expect(new RemovedNames(installed({ numpy: "2.4.6" })).hasName("numpy.float")).toBe(true);
		expect(new RemovedNames(installed({ numpy: "1.23.5" })).hasName("numpy.float")).toBe(false);
		expect(new RemovedNames(installed({ numpy: "2.4.6" })).hasName("numpy.float64")).toBe(false);
		expect(new RemovedNames(installed({})).hasName("numpy.float")).toBe(false);
	});

	it("is all that is known of a package whose files are not at hand", () => {
		const removed = new RemovedNames(installed({ pillow: "13.0.0", celery: "5.5.0" }));
		expect(removed.hasModule("celery.task")).toBe(true);
		const image = removed.remainderOf("PIL.Image");
		expect(image?.lookup("ANTIALIAS").found).toBe("absent");
		expect(image?.lookup("LANCZOS").found).toBe("unknown");
		expect(removed.remainderOf("PIL")?.lookup("Image").found).toBe("present");
		expect(removed.remainderOf("PIL.ImageGrab")).toBeNull();
	});

	it("names the last release that has it and runs today", () => {
		expect(removalOf("werkzeug", "werkzeug.security", "safe_str_cmp")?.lastWith).toBe("2.0.3");
		expect(removalOf("werkzeug", "werkzeug.security", "check_password_hash")).toBeNull();
		expect(removalOf("celery", "celery.task", null)).toBeNull();
		expect(removalBefore("pyjwt", "2.0.1")?.lastWith).toBe("1.7.1");
	});
});

describe("what releases refuse to be called with", () => {
	const changed = (canonical: string, versions: Readonly<Record<string, string>>) =>
		changedCallable({ distributions: installed(versions) as never, canonical: (dotted) => dotted }, canonical);

	it("is known of the releases that were seen to refuse it, and of no others", () => {
		expect(changed("pandas.read_csv", { pandas: "3.1.1" })?.parameters.has("error_bad_lines")).toBe(true);
		expect(changed("pandas.read_csv", { pandas: "3.1.1" })?.parameters.has("sep")).toBe(false);
		expect(changed("pandas.read_csv", { pandas: "1.1.5" })?.parameters.has("error_bad_lines")).toBe(false);
		expect(changed("pandas.read_csv", {})).toBeUndefined();
	});

	it("goes with the line that the call really printed", () => {
		const init = changed("sentry_sdk.init", { "sentry-sdk": "2.75.0" });
		expect(init?.calls.map(({ error }) => error)).toContain("TypeError: Unknown option 'request_bodies'");
		expect(changed("jwt.encode", { pyjwt: "2.10.1" })?.gives).toBe("builtins.str");
		expect(changed("jwt.encode", { pyjwt: "1.7.1" })?.gives).toBeNull();
	});

	it("counts places, and attributes of classes", () => {
		expect(changed("anthropic.Client", { anthropic: "0.39.0" })?.positional?.most).toBe(0);
		expect(changed("pandas.DataFrame", { pandas: "2.2.3" })?.attributes.get("append")?.ofObjects).toBe(true);
	});
});
