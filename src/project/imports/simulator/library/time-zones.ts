/**
 * Is this a key of the IANA time zone database, as `ZoneInfo` looks it up? Node's own copy answers. True for what is not looked at: files that
 * only some systems have beside the zones.
 */
export function isTimeZone(key: string): boolean {
	if (!/^[A-Za-z][\w+ -]*(\/[\w+ -]+)*$/.test(key) || /^(posix|right)\/|^(localtime|posixrules|Factory)$/.test(key)) return true;
	try {
		const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: key }).resolvedOptions();
		// Names are files to Python, with their capitals; Node takes them in any.
		return key === timeZone || key.toLowerCase() !== timeZone.toLowerCase();
	} catch {
		return false;
	}
}

/** The usual names of the zones. */
export function timeZones(): readonly string[] {
	return ["UTC", ...Intl.supportedValuesOf("timeZone")];
}
