import { expect, test } from "vitest";
import { isTimeZone } from "../../../../src/project/imports/simulator/library/time-zones.ts";

test.each(["Europe/Berlin", "UTC", "Asia/Calcutta", "Etc/GMT+1", "America/Argentina/Buenos_Aires", "posix/UTC", "localtime"])(
	"%s is a zone, or not looked at",
	(key) => expect(isTimeZone(key)).toBe(true),
);

test.each(["Europe/Berlyn", "Berlin", "utc", "europe/berlin", "America/New York"])("%s is none", (key) =>
	expect(isTimeZone(key)).toBe(false),
);
