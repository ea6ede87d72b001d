/**
 * Public attributes of the standard library's classes that are written in C and never change at run time: what `dir()` gives on
 * Python 3.8 to 3.14, by the name that Python prints. A name of any of these versions counts as there.
 */
const members: Readonly<Record<string, string>> = {
	"datetime.date":
		"ctime day fromisocalendar fromisoformat fromordinal fromtimestamp isocalendar isoformat isoweekday max min month replace " +
		"resolution strftime strptime timetuple today toordinal weekday year",
	"datetime.datetime":
		"astimezone combine ctime date day dst fold fromisocalendar fromisoformat fromordinal fromtimestamp hour isocalendar isoformat " +
		"isoweekday max microsecond min minute month now replace resolution second strftime strptime time timestamp timetuple timetz " +
		"today toordinal tzinfo tzname utcfromtimestamp utcnow utcoffset utctimetuple weekday year",
	"datetime.time":
		"dst fold fromisoformat hour isoformat max microsecond min minute replace resolution second strftime strptime tzinfo tzname utcoffset",
	"datetime.timedelta": "days max microseconds min resolution seconds total_seconds",
	object: "mro",
	"datetime.timezone": "dst fromutc max min tzname utc utcoffset",
};

/** The class's name as Python prints it, where it is known that it has no such public attribute; else null. */
export function classWithout(canonical: string, name: string): string | null {
	const printed = canonical.replace(/^_(py)?datetime\./, "datetime.").replace(/^builtins\./, "");
	if (name.startsWith("_") || !Object.hasOwn(members, printed)) return null;
	return members[printed]?.split(" ").includes(name) ? null : printed;
}
