/** Public attributes by class, written by scripts/catalog/class-members.py; `name@9-12`: from Python 3.9 on, no more from 3.12 on. */
export const libraryClassMembers: Readonly<Record<string, string>> = {
	"builtins.str":
		"capitalize casefold center count encode endswith expandtabs find format format_map index isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower lstrip maketrans partition removeprefix@9- removesuffix@9- replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title translate upper zfill",
	"builtins.bytes":
		"capitalize center count decode endswith expandtabs find fromhex hex index isalnum isalpha isascii isdigit islower isspace istitle isupper join ljust lower lstrip maketrans partition removeprefix@9- removesuffix@9- replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title translate upper zfill",
	"builtins.bytearray":
		"append capitalize center clear copy count decode endswith expandtabs extend find fromhex hex index insert isalnum isalpha isascii isdigit islower isspace istitle isupper join ljust lower lstrip maketrans partition pop remove removeprefix@9- removesuffix@9- replace resize@14- reverse rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title translate upper zfill",
	"builtins.int":
		"as_integer_ratio bit_count@10- bit_length conjugate denominator from_bytes imag is_integer@12- numerator real to_bytes",
	"builtins.float": "as_integer_ratio conjugate from_number@14- fromhex hex imag is_integer real",
	"builtins.bool":
		"as_integer_ratio bit_count@10- bit_length conjugate denominator from_bytes imag is_integer@12- numerator real to_bytes",
	"builtins.complex": "conjugate from_number@14- imag real",
	"builtins.list": "append clear copy count extend index insert pop remove reverse sort",
	"builtins.tuple": "count index",
	"builtins.dict": "clear copy fromkeys get items keys pop popitem setdefault update values",
	"builtins.set":
		"add clear copy difference difference_update discard intersection intersection_update isdisjoint issubset issuperset pop remove symmetric_difference symmetric_difference_update union update",
	"builtins.frozenset": "copy difference intersection isdisjoint issubset issuperset symmetric_difference union",
	"builtins.range": "count index start step stop",
	"builtins.object": "",
	"datetime.date":
		"ctime day fromisocalendar fromisoformat fromordinal fromtimestamp isocalendar isoformat isoweekday max min month replace resolution strftime strptime@14- timetuple today toordinal weekday year",
	"datetime.datetime":
		"astimezone combine ctime date day dst fold fromisocalendar fromisoformat fromordinal fromtimestamp hour isocalendar isoformat isoweekday max microsecond min minute month now replace resolution second strftime strptime time timestamp timetuple timetz today toordinal tzinfo tzname utcfromtimestamp utcnow utcoffset utctimetuple weekday year",
	"datetime.time":
		"dst fold fromisoformat hour isoformat max microsecond min minute replace resolution second strftime strptime@14- tzinfo tzname utcoffset",
	"datetime.timedelta": "days max microseconds min resolution seconds total_seconds",
	"datetime.timezone": "dst fromutc max min tzname utc utcoffset",
	"decimal.Decimal":
		"adjusted as_integer_ratio as_tuple canonical compare compare_signal compare_total compare_total_mag conjugate copy_abs copy_negate copy_sign exp fma from_float from_number@14- imag is_canonical is_finite is_infinite is_nan is_normal is_qnan is_signed is_snan is_subnormal is_zero ln log10 logb logical_and logical_invert logical_or logical_xor max max_mag min min_mag next_minus next_plus next_toward normalize number_class quantize radix real remainder_near rotate same_quantum scaleb shift sqrt to_eng_string to_integral to_integral_exact to_integral_value",
	"fractions.Fraction":
		"as_integer_ratio conjugate denominator from_decimal from_float from_number@14- imag is_integer@12- limit_denominator numerator real",
	"pathlib.Path":
		"__enter__@-13 absolute anchor as_posix as_uri chmod copy@14- copy_into@14- cwd drive exists expanduser from_uri@13- full_match@13- glob group hardlink_to@10- home info@14- is_absolute is_block_device is_char_device is_dir is_fifo is_file is_junction@12- is_mount is_relative_to@9- is_reserved is_socket is_symlink iterdir joinpath lchmod link_to@-12 lstat match mkdir move@14- move_into@14- name open owner parent parents parser@13- parts read_bytes read_text readlink@9- relative_to rename replace resolve rglob rmdir root samefile stat stem suffix suffixes symlink_to touch unlink walk@12- with_name with_segments@12- with_stem@9- with_suffix write_bytes write_text",
	"pathlib.PurePath":
		"anchor as_posix as_uri drive full_match@13- is_absolute is_relative_to@9- is_reserved joinpath match name parent parents parser@13- parts relative_to root stem suffix suffixes with_name with_segments@12- with_stem@9- with_suffix",
	"uuid.UUID":
		"bytes bytes_le clock_seq clock_seq_hi_variant clock_seq_low fields hex int is_safe node time time_hi_version time_low time_mid urn variant version",
	"re.Pattern": "findall finditer flags fullmatch groupindex groups match pattern scanner search split sub subn",
	"collections.deque":
		"append appendleft clear copy count extend extendleft index insert maxlen pop popleft remove reverse rotate",
	"collections.OrderedDict": "clear copy fromkeys get items keys move_to_end pop popitem setdefault update values",
	"collections.defaultdict": "clear copy default_factory fromkeys get items keys pop popitem setdefault update values",
	"collections.Counter":
		"clear copy elements fromkeys get items keys most_common pop popitem setdefault subtract total@10- update values",
	"logging.Logger":
		"_cache addFilter addHandler callHandlers critical debug disabled error exception fatal filter filters findCaller getChild getChildren@12- getEffectiveLevel handle handlers hasHandlers info isEnabledFor level log makeRecord manager name parent propagate removeFilter removeHandler root setLevel warn warning",
	"threading.Thread": "daemon getName ident isAlive@-9 isDaemon is_alive join name native_id run setDaemon setName start",
	"asyncio.Queue": "empty full get get_nowait join maxsize put put_nowait qsize shutdown@13- task_done",
	"asyncio.Lock": "__aenter__ __enter__@-9 acquire locked release",
	"asyncio.Event": "clear is_set set wait",
	"asyncio.Semaphore": "__aenter__ __enter__@-9 acquire locked release",
	"asyncio.Condition": "__aenter__ __enter__@-9 acquire locked notify notify_all release wait wait_for",
	"asyncio.BoundedSemaphore": "__aenter__ __enter__@-9 acquire locked release",
	"threading.Event": "clear isSet is_set set wait",
	"contextvars.ContextVar": "get name reset set",
	"collections.ChainMap": "clear copy fromkeys get items keys new_child parents pop popitem setdefault update values",
	"queue.Queue":
		"all_tasks_done empty full get get_nowait is_shutdown@13- join maxsize mutex not_empty not_full put put_nowait qsize queue shutdown@13- task_done unfinished_tasks",
	"string.Template":
		"braceidpattern delimiter flags get_identifiers@11- idpattern is_valid@11- pattern safe_substitute substitute template",
	"zoneinfo.ZoneInfo": "clear_cache dst from_file fromutc key no_cache tzname utcoffset",
	"concurrent.futures.ThreadPoolExecutor": "BROKEN@14- __enter__ map prepare_context@14- shutdown submit",
	"contextlib.ExitStack": "__enter__ callback close enter_context pop_all push",
	"contextlib.AsyncExitStack":
		"__aenter__ aclose callback enter_async_context enter_context pop_all push push_async_callback push_async_exit",
	"types.MappingProxyType": "copy get items keys values",
	"argparse.ArgumentParser":
		"add_argument add_argument_group add_help add_mutually_exclusive_group add_subparsers allow_abbrev argument_default color@14- conflict_handler convert_arg_line_to_args description epilog error exit exit_on_error@9- format_help format_usage formatter_class fromfile_prefix_chars get_default parse_args parse_intermixed_args parse_known_args parse_known_intermixed_args prefix_chars print_help print_usage prog register set_defaults suggest_on_error@14- usage",
	"configparser.ConfigParser":
		"BOOLEAN_STATES NONSPACECRE OPTCRE OPTCRE_NV SECTCRE add_section clear converters default_section defaults get getboolean getfloat getint has_option has_section items keys options optionxform pop popitem read read_dict read_file read_string readfp@-12 remove_option remove_section sections set setdefault update values write",
	"logging.Formatter":
		"converter datefmt default_msec_format default_time_format format formatException formatMessage formatStack formatTime usesTime",
	"logging.StreamHandler":
		"acquire addFilter close createLock emit filter filters flush format formatter get_name handle handleError level lock name release removeFilter setFormatter setLevel setStream set_name stream terminator",
	"http.HTTPStatus":
		"ACCEPTED ALREADY_REPORTED BAD_GATEWAY BAD_REQUEST CONFLICT CONTENT_TOO_LARGE@13- CONTINUE CREATED EARLY_HINTS@9- EXPECTATION_FAILED FAILED_DEPENDENCY FORBIDDEN FOUND GATEWAY_TIMEOUT GONE HTTP_VERSION_NOT_SUPPORTED IM_A_TEAPOT@9- IM_USED INSUFFICIENT_STORAGE INTERNAL_SERVER_ERROR LENGTH_REQUIRED LOCKED LOOP_DETECTED METHOD_NOT_ALLOWED MISDIRECTED_REQUEST MOVED_PERMANENTLY MULTIPLE_CHOICES MULTI_STATUS NETWORK_AUTHENTICATION_REQUIRED NON_AUTHORITATIVE_INFORMATION NOT_ACCEPTABLE NOT_EXTENDED NOT_FOUND NOT_IMPLEMENTED NOT_MODIFIED NO_CONTENT OK PARTIAL_CONTENT PAYMENT_REQUIRED PERMANENT_REDIRECT PRECONDITION_FAILED PRECONDITION_REQUIRED PROCESSING PROXY_AUTHENTICATION_REQUIRED RANGE_NOT_SATISFIABLE@13- REQUESTED_RANGE_NOT_SATISFIABLE REQUEST_ENTITY_TOO_LARGE REQUEST_HEADER_FIELDS_TOO_LARGE REQUEST_TIMEOUT REQUEST_URI_TOO_LONG RESET_CONTENT SEE_OTHER SERVICE_UNAVAILABLE SWITCHING_PROTOCOLS TEMPORARY_REDIRECT TOO_EARLY@9- TOO_MANY_REQUESTS UNAUTHORIZED UNAVAILABLE_FOR_LEGAL_REASONS UNPROCESSABLE_CONTENT@13- UNPROCESSABLE_ENTITY UNSUPPORTED_MEDIA_TYPE UPGRADE_REQUIRED URI_TOO_LONG@13- USE_PROXY VARIANT_ALSO_NEGOTIATES as_integer_ratio bit_count@10- bit_length conjugate denominator description from_bytes imag is_integer@12- name numerator phrase real to_bytes value",
	"http.HTTPMethod":
		"CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT TRACE capitalize casefold center count description encode endswith expandtabs find format format_map index isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower lstrip maketrans name partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title translate upper value zfill",
};
