import { describe, expect, it } from "vitest";
import { RemovedNames, removalOf, removedParameter } from "../../src/environment/removed-names.ts";

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

	it("names the last release that has it, and the keywords that are refused", () => {
		expect(removalOf("werkzeug", "werkzeug.security", "safe_str_cmp")?.lastWith).toBe("2.0.3");
		expect(removalOf("werkzeug", "werkzeug.security", "check_password_hash")).toBeNull();
		const newest = installed({ pandas: "3.1.1", "sentry-sdk": "2.75.0" });
		expect(removedParameter(newest, "pandas.read_csv", "error_bad_lines")?.error).toBeUndefined();
		expect(removedParameter(newest, "pandas.read_csv", "sep")).toBeNull();
		expect(removedParameter(installed({ pandas: "1.1.5" }), "pandas.read_csv", "error_bad_lines")).toBeNull();
		expect(removedParameter(newest, "sentry_sdk.init", "request_bodies")?.error).toBe(
			"TypeError: Unknown option 'request_bodies'",
		);
	});
});
